using Pulumi;
using Pulumi.Oci.Core;
using Pulumi.Oci.Core.Inputs;

namespace ModelServing.Infra.Network;

/// <summary>The log of the network's connections: one record for each direction of a connection at each of its ends.</summary>
internal static class FlowLogs
{
    internal static void Add(Resource parent, string name, NetworkArgs args, FlowLogsArgs logs, Output<string> vcnId)
    {
        var filter = new CaptureFilter($"{name}-flows", new CaptureFilterArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("flows"),
            FilterType = "FLOWLOG",
            FlowLogCaptureFilterRules =
            [
                new CaptureFilterFlowLogCaptureFilterRuleArgs
                {
                    IsEnabled = true,
                    Priority = 0,
                    RuleAction = "INCLUDE",
                    FlowLogType = logs.IsRefusedOnly ? "REJECT" : "ALL",
                    SamplingRate = logs.OneIn,
                },
            ],
            FreeformTags = args.Names.Tags("network"),
        }, new CustomResourceOptions { Parent = parent });
        new ServiceLogs(parent, $"{name}-flows", "network", args).Add(
            "flowlogs", "vcn", vcnId, logs.RetentionDays, new InputMap<string> { ["capture_filter"] = filter.Id });
    }
}
