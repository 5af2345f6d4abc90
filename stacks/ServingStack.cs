using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using ModelServing.Stacks.Composition;
using Pulumi;

namespace ModelServing.Stacks;

/// <summary>
/// The composition of an environment: start reading here. One program is applied twice. With the setting <c>phase: foundation</c>, it
/// creates only the foundation (network, cluster, cache, bucket, tables, repositories, topics). With <c>phase: all</c>, the functions, the
/// alarms, the workloads and the gateway are added. Composition/ turns the settings into arguments; the components are in infra/.
/// </summary>
public sealed class ServingStack : Stack
{
    /// <summary>Composes the stack from Pulumi's configuration.</summary>
    public ServingStack()
        : this(StackConfiguration.FromPulumi(), null)
    {
    }

    /// <summary>Composes the stack from <paramref name="configuration"/>.</summary>
    public ServingStack(StackConfiguration configuration, StackOptions? options)
        : this(configuration, options, ResourceTagging.From(configuration))
    {
    }

    private ServingStack(StackConfiguration configuration, StackOptions? options, ResourceTagging tagging)
        : base(tagging.AddTo(options))
    {
        var plan = PlanMaker.Make(configuration.File.Settings.Models);

        // 1. The providers, the tags that everything else has, and the policies that the foundation needs.
        var context = new StackContext(configuration);
        if (!configuration.IsOffline)
            TenancyRegions.Check(configuration.File, this, context.InRegion().Provider!);
        CostSetup.Tags(context, tagging);
        var services = IdentitySetup.Services(context);

        // 2. The foundation. The topics are part of it, so people confirm their addresses before there are alarms.
        var network = ClusterSetup.Network(context);
        var access = ClusterSetup.Access(context, network);
        var cluster = ClusterSetup.Cluster(context, network, services);
        var cache = DataSetup.Cache(context, network);
        var store = DataSetup.Artifacts(context, services);
        DataSetup.Replica(context, store, services);
        var journal = DataSetup.Journal(context);
        var predictions = DataSetup.Predictions(context);
        var images = ClusterSetup.Images(context);
        IdentitySetup.Workloads(context, cluster);
        var topics = AlarmsSetup.Topics(context);
        CostSetup.Budget(context);
        TelemetrySetup.PodLogs(context);

        Bastion = access?.BastionId ?? Output.Create("");
        RunnerSubnet = network.Runner?.SubnetId ?? Output.Create("");
        RunnerGroup = network.Runner?.GroupId ?? Output.Create("");
        Bucket = store.BucketName;
        JournalTable = journal.TableName;
        PredictionsTable = predictions.TableName;
        Repositories = Output.All(images.Repositories.Select(static pair => pair.Value)).Apply(static all => all);
        Revisions = Output.Create(plan.Rollouts.ToImmutableDictionary(static pair => pair.Key.Text, static pair => pair.Value.Revision));
        if (context.Cloud.Phase == StackPhase.Foundation)
        {
            if (!configuration.IsOffline)
                GoingBack.Check(context, images);
            Api = Output.Create("");
            ApiAddresses = Output.Create(ImmutableArray<string>.Empty);
            Next = Output.Create(AfterFoundation(context.Names.Environment, context.Settings.Features.Views.Count > 0));
            return;
        }

        // 3. Everything that serves requests.
        if (!configuration.IsOffline)
        {
            PublishedVersions.Check(configuration.File, store);
            PooledVerdicts.Check(configuration.File, store);
        }

        var foundation = new Foundation(network, cluster, cache, journal, predictions, store, images) { Access = access };
        var functions = ServingSetup.Functions(context, foundation);
        var rights = IdentitySetup.Functions(context, functions);
        var invocation = IdentitySetup.Invocation(context, cluster, functions);
        AlarmsSetup.Alarms(context, topics, functions);
        var splitKey = SplitterSetup.Key(context, functions);
        var workloads = WorkloadsSetup.Workloads(context, plan, foundation, functions, invocation, splitKey);
        var splitter = SplitterSetup.Splitter(context, functions, workloads, splitKey);
        var gateway = ServingSetup.Gateway(context, foundation, workloads, splitter);
        ServingSetup.Checks(context, configuration.File, foundation, functions, [rights, gateway]);
        Api = gateway.Address;
        ApiAddresses = gateway.IpAddresses;
        Next = Output.Create(AfterAll(context.Names.Environment));
    }

    /// <summary>The address of the API; empty until there is a gateway.</summary>
    [Output("api")]
    public Output<string> Api { get; private set; }

    /// <summary>The public addresses of the gateway, for the DNS record of <c>gateway.domain</c>; empty until there is a gateway.</summary>
    [Output("apiAddresses")]
    public Output<ImmutableArray<string>> ApiAddresses { get; private set; }

    /// <summary>The OCID of the Bastion; empty without <c>cluster.access: bastion</c>.</summary>
    [Output("bastion")]
    public Output<string> Bastion { get; private set; }

    /// <summary>The OCID of the subnet of a pipeline's machine; empty without <c>cluster.access: runner</c>.</summary>
    [Output("runnerSubnet")]
    public Output<string> RunnerSubnet { get; private set; }

    /// <summary>The OCID of the security group of that machine.</summary>
    [Output("runnerGroup")]
    public Output<string> RunnerGroup { get; private set; }

    /// <summary>The revision of each model's rollout.</summary>
    [Output("revisions")]
    public Output<ImmutableDictionary<string, string>> Revisions { get; private set; }

    /// <summary>The bucket of artifacts.</summary>
    [Output("bucket")]
    public Output<string> Bucket { get; private set; }

    [Output("journalTable")]
    public Output<string> JournalTable { get; private set; }

    /// <summary>The table of predictions. That of outcomes is beside it.</summary>
    [Output("predictionsTable")]
    public Output<string> PredictionsTable { get; private set; }

    /// <summary>The container repositories of the images.</summary>
    [Output("repositories")]
    public Output<ImmutableArray<string>> Repositories { get; private set; }

    /// <summary>The operator's next steps.</summary>
    [Output("next")]
    public Output<ImmutableArray<string>> Next { get; private set; }

    // Each line can be pasted into a shell, which takes what follows # as a comment. Every command names the stack, because another one may
    // be selected.
    private static ImmutableArray<string> AfterFoundation(string stack, bool hasViews)
    {
        const string Ms = StackConfiguration.Ms;
        var set = $"pulumi config set --stack {stack}";
        return
        [
            $"{Ms} images push --stack {stack}   # builds and pushes the images, and writes their digests into the stack file",
            $"{Ms} publish MODEL model.onnx --stack {stack}   # stores a model's version in the bucket: once for each version",
            .. hasViews ? (string[])[$"{Ms} features apply VIEW.yaml --stack {stack}   # stores the views' definitions in the bucket"] : [],
            $"{set} --secret --path {StackFile.Namespace}registry.user   # the login for pulling images",
            $"{set} --secret --path {StackFile.Namespace}registry.token   # its token",
            $"{ClusterNames.DeployerBinding}OCID-OF-THE-GROUP   "
                + "# an administrator of the tenancy runs this once, if others deploy (docs/deploy.md, step 6)",
            "# the people in alarms.emails follow the link in the message from each of the two topics",
            $"{set} {StackFile.Namespace}phase all   # the next apply is the second one",
            $"pulumi up --stack {stack}   # adds the functions, the alarms, the workloads and the gateway",
        ];
    }

    private static ImmutableArray<string> AfterAll(string stack) =>
    [
        $"{StackConfiguration.Ms} models --stack {stack}   # shows the verdict of each version's check, a minute or two after the apply",
        $"pulumi config set --stack {stack} --path {StackFile.Namespace}models.MODEL.canary.percent N   # changes a canary's share",
        $"pulumi up --stack {stack}   # makes it so",
    ];
}
