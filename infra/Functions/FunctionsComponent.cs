using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Infra.Alarms;
using ModelServing.Infra.Workloads;
using Pulumi;
using Pulumi.Oci.Functions.Inputs;
using OciFunctions = Pulumi.Oci.Functions;

namespace ModelServing.Infra.Functions;

/// <summary>
/// The functions: one application in a private subnet that reaches the cache and Oracle's services, and in it Rollback, ModelMetrics and
/// ModelLoader, all of one image. Rollback is called by an alarm's topic (<see cref="AlarmsComponent"/>), ModelMetrics by a CronJob of the cluster
/// (<see cref="WorkloadsComponent"/>), ModelLoader by the event of a new manifest.
/// </summary>
public sealed class FunctionsComponent : ComponentResource
{
    /// <summary>Makes the functions.</summary>
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
            SubnetIds = [args.Place.SubnetId],
            NetworkSecurityGroupIds = [args.Place.GroupId],
            Shape = args.IsArm ? "GENERIC_ARM" : "GENERIC_X86",
            // What all of them have alike: ModelMetrics does Rollback's work when a message was lost, and so needs the same.
            Config = args.Settings.Apply(static settings => FunctionConfiguration.OfApplication(settings)),
            Logging = new ApplicationLoggingArgs { LineFormat = "JSON" },
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this });
        // Before the first call, so that none is without a line.
        var log = FunctionLogs.Add(this, name, args, application.Id, tags);

        var rollback = Function(FunctionName.Rollback, args.MemoryMbs, args.Timeout, args.ProvisionedConcurrency);
        var modelMetrics = Function(FunctionName.ModelMetrics, args.MemoryMbs, args.Timeout);
        var modelLoader = Function(FunctionName.ModelLoader, args.LoaderMemoryMbs, args.LoaderTimeout);
        ArtifactEvents.Add(this, name, args, modelLoader, tags);

        ApplicationId = application.Id;
        Rollback = rollback;
        ModelMetrics = modelMetrics;
        RegisterOutputs(new Dictionary<string, object?> { ["applicationId"] = ApplicationId });

        OciFunctions.Function Function(FunctionName function, int memoryMbs, TimeSpan timeout, int provisioned = 0) => new($"{name}-{FunctionNames.NameOf(function)}", new OciFunctions.FunctionArgs
        {
            ApplicationId = application.Id,
            DisplayName = args.Names.NameOf(FunctionNames.NameOf(function)),
            // Both, and changed together: what is asked for by a tag alone is looked up once and then kept.
            Image = Output.Format($"{args.Repository}:{ImageNames.TagOf(args.ImageDigest)}"),
            ImageDigest = args.ImageDigest,
            MemoryInMbs = memoryMbs.ToString(CultureInfo.InvariantCulture),
            TimeoutInSeconds = (int)timeout.TotalSeconds,
            Config = FunctionConfiguration.OfFunction(function),
            ProvisionedConcurrencyConfig = provisioned > 0
                ? new FunctionProvisionedConcurrencyConfigArgs { Strategy = "CONSTANT", Count = provisioned }
                : new FunctionProvisionedConcurrencyConfigArgs { Strategy = "NONE" },
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this, DependsOn = { log } });
    }

    /// <summary>The OCID of the application.</summary>
    public Output<string> ApplicationId { get; }

    /// <summary>The function that alarms call.</summary>
    public OciFunctions.Function Rollback { get; }

    /// <summary>The function that is called each minute.</summary>
    public OciFunctions.Function ModelMetrics { get; }
}
