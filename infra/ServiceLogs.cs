using Pulumi;
using Pulumi.Oci.Logging;
using Pulumi.Oci.Logging.Inputs;

namespace ModelServing.Infra;

/// <summary>The logs that an OCI service writes about one component, in a log group of the Logging service.</summary>
internal sealed class ServiceLogs
{
    private readonly CustomResourceOptions child;
    private readonly string name;
    private readonly string component;
    private readonly ComponentArgs args;
    private readonly LogGroup group;

    /// <summary>Creates the log group.</summary>
    internal ServiceLogs(Resource parent, string name, string component, ComponentArgs args)
    {
        child = new CustomResourceOptions { Parent = parent };
        this.name = name;
        this.component = component;
        this.args = args;
        group = new LogGroup(name, new LogGroupArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf(component),
            FreeformTags = args.Names.Tags(component),
        }, child);
    }

    /// <summary>Creates a log.</summary>
    /// <param name="service">The service that writes it, as Logging calls it.</param>
    /// <param name="category">The kind of entries, as the service calls it.</param>
    /// <param name="resourceId">The OCID of the resource that the entries are about.</param>
    /// <param name="retentionDays">The number of days that entries are kept.</param>
    /// <param name="parameters">What else the category needs; null for nothing.</param>
    internal Resource Add(
        string service, string category, Output<string> resourceId, int retentionDays, InputMap<string>? parameters = null) =>
        new Pulumi.Oci.Logging.Log($"{name}-{category}", new LogArgs
        {
            LogGroupId = group.Id,
            DisplayName = args.Names.NameOf($"{component}-{category}"),
            LogType = "SERVICE",
            IsEnabled = true,
            RetentionDuration = retentionDays,
            Configuration = new LogConfigurationArgs
            {
                CompartmentId = args.CompartmentId,
                Source = new LogConfigurationSourceArgs
                {
                    SourceType = "OCISERVICE",
                    Service = service,
                    Resource = resourceId,
                    Category = category,
                    Parameters = parameters!,
                },
            },
            FreeformTags = args.Names.Tags(component),
        }, child);

    /// <exception cref="ArgumentException">Logging does not offer this retention.</exception>
    internal static void CheckRetention(int logRetentionDays)
    {
        if (logRetentionDays is < 30 or > 180 || logRetentionDays % 30 != 0)
            throw new ArgumentException($"LogRetentionDays is {logRetentionDays}; it must be 30, 60, ... 180");
    }
}
