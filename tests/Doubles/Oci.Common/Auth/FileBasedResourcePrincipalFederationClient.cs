using System.Runtime.CompilerServices;

namespace Oci.Common.Auth;

internal sealed class FileBasedResourcePrincipalFederationClient(ISessionKeySupplier keys, string tokenPath) : IFederationClient
{
    private volatile SecurityTokenAdapter token = new(null);

    public string GetSecurityToken() => token.IsValid() ? token.SecurityToken : RefreshAndGetSecurityToken();

    [MethodImpl(MethodImplOptions.Synchronized)]
    public string RefreshAndGetSecurityToken()
    {
        keys.RefreshKeys();
        try
        {
            token = new SecurityTokenAdapter(File.ReadAllText(tokenPath));
        }
        catch (IOException e)
        {
            throw new IOException($"Cannot read token from file {tokenPath} : {e}");
        }

        return token.SecurityToken;
    }
}
