using Pulumi;
using Pulumi.Oci.Core;
using Pulumi.Oci.Core.Inputs;

namespace ModelServing.Infra.Network;

/// <summary>Oracle's services in the region as one destination, which a service gateway routes to.</summary>
/// <param name="Id">The OCID that the gateway names.</param>
/// <param name="CidrBlock">The label that routes and rules use instead of a range.</param>
internal sealed record OracleServices(Output<string> Id, Output<string> CidrBlock)
{
    /// <summary>Looks them up with the provider of <paramref name="parent"/>.</summary>
    internal static OracleServices Find(Resource parent)
    {
        var all = GetServices.Invoke(
            new GetServicesInvokeArgs
            {
                Filters =
                [
                    new GetServicesFilterInputArgs { Name = "name", Values = ["All .* Services In Oracle Services Network"], Regex = true },
                ],
            },
            new InvokeOptions { Parent = parent })
            .Apply(result => result.Services is [var only, ..]
                ? only
                : throw new InvalidOperationException("the region has no service 'All ... Services In Oracle Services Network'"));
        return new OracleServices(all.Apply(s => s.Id), all.Apply(s => s.CidrBlock));
    }
}
