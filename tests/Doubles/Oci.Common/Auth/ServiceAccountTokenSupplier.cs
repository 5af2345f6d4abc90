using System.IdentityModel.Tokens.Jwt;

namespace Oci.Common.Auth;

/// <summary>Supplies the token of a Kubernetes service account, and refuses one that is expired. The official package has three classes for
/// this.</summary>
internal sealed class ServiceAccountTokenSupplier(Func<string> read) : IServiceAccountTokenSupplier
{
    private const string DefaultPath = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    public string ServiceAccountToken
    {
        get
        {
            var token = read();
            return new JwtSecurityTokenHandler().ReadJwtToken(token).ValidTo > DateTime.UtcNow
                ? token
                : throw new ArgumentException("Kubernetes service account token expired.");
        }
    }

    internal static ServiceAccountTokenSupplier FromFile(string path) => new(() =>
        File.Exists(path ??= DefaultPath)
            ? File.ReadAllText(path).Trim()
            : throw new IOException($"Kubernetes service account token doesn't exist at path: {path}"));
}
