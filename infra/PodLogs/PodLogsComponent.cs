using ModelServing.Infra.Identity;
using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Identity;
using Pulumi.Oci.Logging;
using Pulumi.Oci.Logging.Inputs;

namespace ModelServing.Infra.PodLogs;

/// <summary>
/// The logs of our pods in OCI Logging. The agent on each node, a plugin of Oracle Cloud Agent, reads the files that containerd writes, and
/// sends them to a custom log. The nodes are a dynamic group, because the agent acts as its instance.
/// </summary>
public sealed class PodLogsComponent : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public PodLogsComponent(string name, PodLogsArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:PodLogs", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<PodLogsArgs>();
        ServiceLogs.CheckRetention(args.RetentionDays);
        var tags = args.Names.Tags("pod-logs");
        var child = new CustomResourceOptions { Parent = this };
        var group = new LogGroup(name, new LogGroupArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("pods"),
            FreeformTags = tags,
        }, child);
        var log = new Pulumi.Oci.Logging.Log(name, new LogArgs
        {
            LogGroupId = group.Id,
            DisplayName = args.Names.NameOf("pods"),
            LogType = "CUSTOM",
            IsEnabled = true,
            RetentionDuration = args.RetentionDays,
            FreeformTags = tags,
        }, child);

        // A compartment holds one environment, so its instances are the nodes, and the machine of a pipeline if there is one: what it may
        // write of logs is less than what its own rights allow.
        var nodes = new DynamicGroup($"{name}-nodes", new DynamicGroupArgs
        {
            CompartmentId = args.TenancyId,
            Name = args.Names.NameOf("nodes", NameForm.DynamicGroup),
            Description = $"The nodes of {args.Names.Project}'s environment {args.Names.Environment}",
            MatchingRule = Output.Format($"ALL {{instance.compartment.id='{args.CompartmentId}'}}"),
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this, Provider = args.HomeRegion });
        var policy = new PolicyWriter(this, name, args, args.HomeRegion, tags).Write(
            "pod-logs",
            "The agents on the nodes read their configuration, and write the logs of pods",
            new PolicyStatement(Output.Format($"dynamic-group {nodes.Name}"), "use", "log-content"));

        _ = new UnifiedAgentConfiguration(name, new UnifiedAgentConfigurationArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("pods"),
            Description = $"The logs of the pods of {args.Names.Project}'s environment {args.Names.Environment}",
            IsEnabled = true,
            GroupAssociation = new UnifiedAgentConfigurationGroupAssociationArgs { GroupLists = [nodes.Id] },
            ServiceConfiguration = new UnifiedAgentConfigurationServiceConfigurationArgs
            {
                ConfigurationType = "LOGGING",
                Destination = new UnifiedAgentConfigurationServiceConfigurationDestinationArgs { LogObjectId = log.Id },
                Sources =
                [
                    new UnifiedAgentConfigurationServiceConfigurationSourceArgs
                    {
                        SourceType = "LOG_TAIL",
                        Name = "pods",
                        // The kubelet names a link POD_NAMESPACE_CONTAINER-ID.log.
                        Paths = [$"/var/log/containers/*_{args.Namespace}_*.log"],
                        Parser = new UnifiedAgentConfigurationServiceConfigurationSourceParserArgs
                        {
                            ParserType = "CRI",
                            // The stream and the tag of a line are of no use beside its text.
                            IsMergeCriFields = false,
                        },
                    },
                ],
            },
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this, DependsOn = [policy] });
        LogId = log.Id;
        RegisterOutputs(new Dictionary<string, object?> { ["logId"] = LogId });
    }

    /// <summary>The OCID of the custom log.</summary>
    public Output<string> LogId { get; }
}
