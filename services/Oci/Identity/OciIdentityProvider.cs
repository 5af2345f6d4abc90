using ModelServing.Contracts;
using Oci.Common;
using Oci.Common.Auth;

namespace ModelServing.Oci.Identity;

/// <summary>
/// Who signs the requests. What an identity needs is looked for before the SDK is asked, whose own complaints leave out where and what would
/// be right; each error here is a <see cref="ContractException"/> that says both.
/// </summary>
/// <param name="environment">Gives a variable of the process that the SDK reads, or null.</param>
/// <remarks>To add an identity: a value of <see cref="OciIdentity"/>, its text, and a case here.</remarks>
internal sealed class OciIdentityProvider(Func<string, string?> environment)
{
    /// <summary>The identity in the environment of this process.</summary>
    internal static OciIdentityProvider OfProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The identity that <paramref name="settings"/> name; it knows its region.</summary>
    /// <exception cref="ContractException">Something that the identity needs is missing, or is not what it has to be.</exception>
    /// <exception cref="NotSupportedException">The stand-in of the SDK can't act as it.</exception>
    internal IBasicAuthenticationDetailsProvider Open(OciSettings settings) => settings.Identity switch
    {
        OciIdentity.WorkloadIdentity => new WorkloadIdentity(environment).Open(settings),
        OciIdentity.ResourcePrincipal => new ResourcePrincipal(environment).Open(),
        OciIdentity.InstancePrincipal => InstancePrincipal.Open(),
        OciIdentity.ConfigFile => ConfigFileIdentity.Open(settings),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Identity, null),
    };

    /// <summary>The region <paramref name="id"/>, which <paramref name="where"/> names.</summary>
    internal static Region RegionOf(string id, string where)
    {
        try
        {
            return Region.FromRegionCodeOrId(id);
        }
        catch (ArgumentException e)
        {
            throw new ContractException($"{where} is '{id}', a region that this version of the OCI SDK does not know; correct it, or describe a newer region in OCI_REGION_METADATA", e);
        }
    }

    /// <summary>The error that an identity can't be had.</summary>
    internal static ContractException Unavailable(OciIdentity identity, string problem, Exception? cause = null)
    {
        var message = $"the identity {OciIdentities.Text(identity)} can't be used: {problem}";
        return cause is null ? new ContractException(message) : new ContractException(message, cause);
    }
}
