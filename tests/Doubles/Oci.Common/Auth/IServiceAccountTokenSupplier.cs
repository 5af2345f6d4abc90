namespace Oci.Common.Auth;

public interface IServiceAccountTokenSupplier
{
    string ServiceAccountToken { get; }
}
