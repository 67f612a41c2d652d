"""The environment variables that Lambda sets for a function."""

from pathlib import Path

from localaws.certificates import Certificates


def function_environment(
    task_root: Path, certificates: Certificates, chime_url: str, region: str = "us-east-1"
) -> dict[str, str]:
    """Variables of a function that calls the local Chime and trusts ``certificates``."""
    authority = str(certificates.authority)
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        # In Lambda, the files of a function are read-only: compiled files are not kept.
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(task_root),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.14",
        "AWS_LAMBDA_FUNCTION_NAME": "Handler",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": "Handler",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/23/[$LATEST]6f1c",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CA_BUNDLE": authority,
        "NODE_EXTRA_CA_CERTS": authority,
        "SSL_CERT_FILE": authority,
        "AWS_ENDPOINT_URL_CHIME_SDK_IDENTITY": chime_url,
    }
