namespace Oci.Common.Auth;

public class InstancePrincipalsAuthenticationDetailsProvider : AbstractRequestingAuthenticationDetailsProvider
{
    /// <summary>Refuses at once, because the official constructor queries the instance's metadata service.</summary>
    public InstancePrincipalsAuthenticationDetailsProvider() =>
        throw Refusal(nameof(InstancePrincipalsAuthenticationDetailsProvider));
}
