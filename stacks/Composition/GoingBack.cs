using ModelServing.Infra.Gateway;
using ModelServing.Infra.Images;
using Pulumi;
using ApiGateway = Pulumi.Oci.ApiGateway;

namespace ModelServing.Stacks.Composition;

/// <summary>Refuses to go back from <c>phase: all</c> to <c>phase: foundation</c>, which deletes everything that serves.</summary>
/// <remarks>Pulumi gives a program no view of what the stack has. So this looks for the environment's gateway, the last thing that the
/// second apply makes, and the one whose loss can't be undone: its address is generated.</remarks>
internal static class GoingBack
{
    // https://docs.oracle.com/iaas/api/#/en/api-gateway/latest/Gateway: a deleted gateway is still listed for a while.
    private static readonly string[] Gone = ["DELETED", "DELETING"];

    /// <summary>Queries the cloud. Fails the run if the environment has a gateway and the stack file does not allow its deletion.</summary>
    internal static void Check(StackContext context, ImagesComponent images)
    {
        if (context.Cloud.AllowGoingBack)
            return;
        var name = GatewayComponent.NameOf(context.Names);
        _ = ApiGateway.GetGateways.Invoke(
            new ApiGateway.GetGatewaysInvokeArgs { CompartmentId = context.Cloud.Compartment, DisplayName = name },
            new InvokeOptions { Parent = images }).Apply(found =>
        {
            if (found.GatewayCollections.Any(gateway => gateway.DisplayName == name && !Gone.Contains(gateway.State)))
            {
                Log.Error(
                    $"phase: the environment serves (it has the gateway {name}), and phase: foundation deletes its functions, alarms, "
                    + "workloads and gateway, whose address never comes back. Set phase to all; or, if you mean it, set "
                    + "allowGoingBack: true",
                    images);
            }

            return true;
        });
    }
}
