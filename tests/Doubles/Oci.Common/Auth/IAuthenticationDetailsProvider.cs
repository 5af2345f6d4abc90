namespace Oci.Common.Auth;

public interface IAuthenticationDetailsProvider : IBasicAuthenticationDetailsProvider
{
    string Fingerprint { get; }

    string TenantId { get; }

    string UserId { get; }
}
