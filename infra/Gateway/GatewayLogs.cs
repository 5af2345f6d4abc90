using Pulumi;
using Pulumi.Oci.Logging;
using Pulumi.Oci.Logging.Inputs;

namespace ModelServing.Infra.Gateway;

/// <summary>The logs of the gateway in the Logging service: who called (access), and what the gateway did about it (execution).</summary>
internal static class GatewayLogs
{
    internal static void Add(Resource parent, string name, GatewayArgs args, Output<string> deploymentId, InputMap<string> tags)
    {
        var child = new CustomResourceOptions { Parent = parent };
        var group = new LogGroup(name, new LogGroupArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("gateway"),
            FreeformTags = tags,
        }, child);
        foreach (var category in (ReadOnlySpan<string>)["access", "execution"])
        {
            _ = new Pulumi.Oci.Logging.Log($"{name}-{category}", new LogArgs
            {
                LogGroupId = group.Id,
                DisplayName = args.Names.NameOf($"gateway-{category}"),
                LogType = "SERVICE",
                IsEnabled = true,
                RetentionDuration = args.LogRetentionDays,
                Configuration = new LogConfigurationArgs
                {
                    CompartmentId = args.CompartmentId,
                    Source = new LogConfigurationSourceArgs { SourceType = "OCISERVICE", Service = "apigateway", Resource = deploymentId, Category = category },
                },
                FreeformTags = tags,
            }, child);
        }
    }
}
