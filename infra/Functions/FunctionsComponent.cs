using ModelServing.Contracts.Functions;
using ModelServing.Infra.Alarms;
using ModelServing.Infra.Workloads;
using Pulumi;
using Pulumi.Oci.Functions.Inputs;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>
/// The functions: one application in a private subnet that reaches the cache and Oracle's services. It contains Rollback, ModelMetrics and
/// ModelLoader, all with one image. An alarm's topic calls Rollback (<see cref="AlarmsComponent"/>), a CronJob of the cluster calls
/// ModelMetrics (<see cref="WorkloadsComponent"/>), and the event of a new manifest calls ModelLoader. <see cref="SplitterComponent"/> adds
/// TrafficSplitter.
/// </summary>
public sealed class FunctionsComponent : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public FunctionsComponent(string name, FunctionsArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Functions", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<FunctionsArgs>().CheckedLimits();
        var tags = args.Names.Tags("functions");
        var application = new OciFunctions.Application(name, new OciFunctions.ApplicationArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("functions"),
            SubnetIds = [args.Placement.SubnetId],
            NetworkSecurityGroupIds = [args.Placement.GroupId],
            Shape = args.IsArm ? "GENERIC_ARM" : "GENERIC_X86",
            // All functions share these settings: ModelMetrics does Rollback's work if a message was lost, so it needs the same ones.
            Config = args.Settings.Apply(static settings => FunctionConfiguration.ForApplication(settings)),
            Logging = new ApplicationLoggingArgs { LineFormat = "JSON" },
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this });
        var log = new ServiceLogs(this, name, "functions", args).Add("functions", "invoke", application.Id, args.LogRetentionDays);

        Source = new FunctionSource(args, application.Id, log);
        Rollback = Source.Add(this, name, FunctionName.Rollback, args.MemoryMbs, args.Timeout, args.ProvisionedConcurrency);
        ModelMetrics = Source.Add(this, name, FunctionName.ModelMetrics, args.MemoryMbs, args.Timeout);
        ModelLoader = Source.Add(this, name, FunctionName.ModelLoader, args.LoaderMemoryMbs, args.LoaderTimeout);
        ArtifactEvents.Add(this, name, args, ModelLoader, tags);

        ApplicationId = application.Id;
        RegisterOutputs(new Dictionary<string, object?> { ["applicationId"] = ApplicationId });
    }

    public Output<string> ApplicationId { get; }

    /// <summary>The function that alarms call.</summary>
    public OciFunctions.Function Rollback { get; }

    /// <summary>The function that is called each minute.</summary>
    public OciFunctions.Function ModelMetrics { get; }

    /// <summary>The function that checks new artifacts: it is called when a version is published.</summary>
    public OciFunctions.Function ModelLoader { get; }

    /// <summary>What a function of another component shares with these.</summary>
    internal FunctionSource Source { get; }
}
