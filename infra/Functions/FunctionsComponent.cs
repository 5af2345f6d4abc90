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
/// The functions: one application in a private subnet that reaches the cache and Oracle's services. It contains Rollback, ModelMetrics and
/// ModelLoader, all with one image. An alarm's topic calls Rollback (<see cref="AlarmsComponent"/>), a CronJob of the cluster calls
/// ModelMetrics (<see cref="WorkloadsComponent"/>), and the event of a new manifest calls ModelLoader.
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
        // The log comes before the functions, so it contains even the first call.
        var log = new ServiceLogs(this, name, "functions", args).Add("functions", "invoke", application.Id, args.LogRetentionDays);

        var rollback = Function(FunctionName.Rollback, args.MemoryMbs, args.Timeout, args.ProvisionedConcurrency);
        var modelMetrics = Function(FunctionName.ModelMetrics, args.MemoryMbs, args.Timeout);
        var modelLoader = Function(FunctionName.ModelLoader, args.LoaderMemoryMbs, args.LoaderTimeout);
        ArtifactEvents.Add(this, name, args, modelLoader, tags);

        ApplicationId = application.Id;
        Rollback = rollback;
        ModelMetrics = modelMetrics;
        ModelLoader = modelLoader;
        RegisterOutputs(new Dictionary<string, object?> { ["applicationId"] = ApplicationId });

        OciFunctions.Function Function(FunctionName function, int memoryMbs, TimeSpan timeout, int provisioned = 0)
        {
            var key = FunctionNames.NameOf(function);
            return new OciFunctions.Function($"{name}-{key}", new OciFunctions.FunctionArgs
            {
                ApplicationId = application.Id,
                DisplayName = args.Names.NameOf(key),
                // Tag and digest change together. With a tag alone, OCI would look up the image once and keep it.
                Image = Output.Format($"{args.Repository}:{ImageNames.TagOf(args.ImageDigest)}"),
                ImageDigest = args.ImageDigest,
                MemoryInMbs = memoryMbs.ToString(CultureInfo.InvariantCulture),
                TimeoutInSeconds = (int)timeout.TotalSeconds,
                Config = FunctionConfiguration.ForFunction(function),
                ProvisionedConcurrencyConfig = provisioned > 0
                    ? new FunctionProvisionedConcurrencyConfigArgs { Strategy = "CONSTANT", Count = provisioned }
                    : new FunctionProvisionedConcurrencyConfigArgs { Strategy = "NONE" },
                FreeformTags = tags,
            }, new CustomResourceOptions { Parent = this, DependsOn = { log } });
        }
    }

    public Output<string> ApplicationId { get; }

    /// <summary>The function that alarms call.</summary>
    public OciFunctions.Function Rollback { get; }

    /// <summary>The function that is called each minute.</summary>
    public OciFunctions.Function ModelMetrics { get; }

    /// <summary>The function that checks new artifacts: it is called when a version is published.</summary>
    public OciFunctions.Function ModelLoader { get; }
}
