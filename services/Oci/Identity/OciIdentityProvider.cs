using ModelServing.Contracts;
using Oci.Common;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>
/// The identity that signs the requests. Everything an identity needs is checked here before the SDK is called, because the SDK's errors do
/// not say where the fault is or what would be right. Each error here is a <see cref="ContractException"/> that says both.
/// </summary>
/// <param name="environment">Returns the value of a variable that the SDK reads from the process's environment, or null.</param>
/// <remarks>To add an identity, add a value to <see cref="OciIdentity"/>, its text, and a case here.</remarks>
internal sealed class OciIdentityProvider(Func<string, string?> environment)
{
    internal static OciIdentityProvider ForThisProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>Opens the identity that <paramref name="settings"/> name. It knows its region.</summary>
    /// <exception cref="ContractException">Something that the identity needs is missing or wrong.</exception>
    internal CallerIdentity Open(OciSettings settings) => settings.Identity switch
    {
        OciIdentity.WorkloadIdentity => new WorkloadIdentity(environment).Open(settings),
        OciIdentity.ResourcePrincipal => new ResourcePrincipal(environment).Open(),
        OciIdentity.InstancePrincipal => InstancePrincipal.Open(),
        OciIdentity.ConfigFile => ConfigFileIdentity.Open(settings),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Identity, null),
    };

    /// <summary>Finds the region <paramref name="id"/>. <paramref name="where"/> says in an error where it was configured.</summary>
    internal static Region FindRegion(string id, string where)
    {
        try
        {
            return Region.FromRegionCodeOrId(id);
        }
        catch (ArgumentException e)
        {
            throw new ContractException(
                $"{where} is '{id}', a region that this version of the OCI SDK does not know; correct it, or describe a newer region in "
                + $"{OciSettings.RegionMetadataVariable} (in the cloud: the setting regionMetadata)",
                e);
        }
    }

    /// <summary>Creates the identity of the SDK. It may fail with any exception, which none of its callers could interpret.</summary>
    /// <exception cref="ContractException">The SDK failed.</exception>
    internal static CallerIdentity Create(
        OciIdentity identity, string source, Func<IBasicAuthenticationDetailsProvider> create, Func<Exception, string>? explain = null)
    {
        try
        {
            return new CallerIdentity(create(), OciIdentities.Text(identity), source);
        }
        catch (Exception e) when (e is not ContractException)
        {
            throw Unavailable(identity, explain?.Invoke(e) ?? e.GetBaseException().Message, e);
        }
    }

    internal static ContractException Unavailable(OciIdentity identity, string problem, Exception? cause = null)
    {
        var message = $"the identity {OciIdentities.Text(identity)} can't be used: {problem}";
        return cause is null ? new ContractException(message) : new ContractException(message, cause);
    }
}
