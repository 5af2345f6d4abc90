using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Monitoring;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Naming;
using ModelServing.Infra.Predictions;
using Pulumi;
using Pulumi.Oci.Identity;

namespace ModelServing.Infra.Identity;

/// <summary>
/// The rights of the platform's own programs: one policy for each program, one statement for each need. Pods are identified by workload
/// identity (cluster, namespace and service account), functions by a dynamic group.
/// </summary>
/// <remarks>To allow something: add one statement here, and one row to the tables in PolicyTests and docs/infrastructure.md.</remarks>
public sealed class WorkloadPolicies : ComponentResource
{
    private const string Writing = "any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}";

    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public WorkloadPolicies(string name, WorkloadPoliciesArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:WorkloadPolicies", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<WorkloadPoliciesArgs>();
        var tags = args.Names.Tags("identity");
        var writer = new PolicyWriter(this, name, args, args.HomeRegion, tags);
        var bucket = (Input<string>)$"target.bucket.name='{NameForm.Bucket.Check(args.BucketName)}'";
        var journal = (Input<string>)$"target.nosql-table.name='{JournalComponent.TableNameOf(args.Names)}'";

        var tableName = PredictionsComponent.TableNameOf(args.Names);
        var predictions = (Input<string>)$"target.nosql-table.name='{tableName}'";
        var outcomes = (Input<string>)$"target.nosql-table.name='{PredictionTables.OutcomesOf(tableName)}'";

        writer.Write(
            "inference",
            "The pods of Inference read the artifact of their version, and write predictions",
            Pod(args.InferenceAccount, "read", "objects", bucket),
            Pod(args.InferenceAccount, "read", "nosql-tables", predictions),
            Pod(args.InferenceAccount, "use", "nosql-rows", predictions, "request.permission='NOSQL_ROWS_INSERT'"),
            Pod(args.InferenceAccount, "manage", "objects", bucket, Below(args.DataLakePrefix), "request.permission='OBJECT_CREATE'"));
        writer.Write(
            "router",
            "The routers read and append to the journal, read and write predictions, and write outcomes",
            Pod(args.RouterAccount, "read", "nosql-tables", journal),
            Pod(args.RouterAccount, "use", "nosql-rows", journal),
            Pod(args.RouterAccount, "read", "nosql-tables", predictions),
            Pod(args.RouterAccount, "use", "nosql-rows", predictions),
            Pod(args.RouterAccount, "read", "nosql-tables", outcomes),
            Pod(args.RouterAccount, "use", "nosql-rows", outcomes));
        var ofFeatures = (Input<string>)$"any {{{Below(args.EventsPrefix)}, {Below(args.FeaturesPrefix)}}}";
        if (args.FeatureServerAccount is { } server)
        {
            writer.Write(
                "feature-server",
                "The feature server writes the event log, and reads it and the definitions of views",
                // A list of keys cannot be limited to a prefix.
                Pod(server, "inspect", "objects", bucket),
                Pod(server, "read", "objects", bucket, ofFeatures),
                Pod(server, "manage", "objects", bucket, Below(args.EventsPrefix), "request.permission='OBJECT_CREATE'"));
        }

        var ofJobs = (Input<string>)$"any {{{Below(args.EventsPrefix)}, {Below(args.FeaturesPrefix)}, {Below(args.ArchivePrefix)}}}";
        if (args.FeatureRebuildAccount is { } rebuild)
        {
            writer.Write(
                "feature-rebuild",
                "The rebuild of feature views reads the event log, its archive and the definitions of views",
                Pod(rebuild, "inspect", "objects", bucket),
                Pod(rebuild, "read", "objects", bucket, ofJobs));
        }

        if (args.FeatureExportAccount is { } training)
        {
            writer.Write(
                "feature-export",
                "The export of training tables reads rows, the event log, its archive and the definitions of views, and writes tables",
                Pod(training, "inspect", "objects", bucket),
                Pod(training, "read", "objects", bucket, ofJobs),
                Pod(training, "read", "objects", bucket, Below(args.DataLakePrefix)),
                Pod(training, "manage", "objects", bucket, Below(args.DataLakePrefix), Writing));
        }

        if (args.FeatureCompactAccount is { } compact)
        {
            writer.Write(
                "feature-compact",
                "The compaction of the event log writes its archive, and deletes old segments",
                Pod(compact, "inspect", "objects", bucket),
                Pod(compact, "read", "objects", bucket, ofJobs),
                // An upload in parts needs the right to overwrite, although each upload is conditional.
                Pod(compact, "manage", "objects", bucket, Below(args.ArchivePrefix), Writing),
                Pod(compact, "manage", "objects", bucket, Below(args.EventsPrefix), "request.permission='OBJECT_DELETE'"));
        }

        if (args.ExportAccount is { } export)
        {
            writer.Write(
                "export",
                "The export reads predictions and outcomes, and writes files",
                Pod(export, "read", "nosql-tables", predictions),
                Pod(export, "read", "nosql-rows", predictions),
                Pod(export, "read", "nosql-tables", outcomes),
                Pod(export, "read", "nosql-rows", outcomes),
                // A list of keys cannot be limited to a prefix.
                Pod(export, "inspect", "objects", bucket),
                // An upload in parts needs the right to overwrite, although each upload is conditional.
                Pod(export, "manage", "objects", bucket, Below(args.DataLakePrefix), Writing));
        }

        if (args.BackupAccount is { } backup)
        {
            writer.Write(
                "journal-backup",
                "The daily copy of the journal reads its table, and writes files",
                Pod(backup, "read", "nosql-tables", journal),
                Pod(backup, "read", "nosql-rows", journal),
                Pod(backup, "inspect", "objects", bucket),
                // An upload in parts needs the right to overwrite, although each upload is conditional.
                Pod(backup, "manage", "objects", bucket, Below(BackupJobSettings.Prefix), Writing));
        }

        writer.Write(
            "autoscaler",
            "The cluster autoscaler adds and removes nodes",
            Autoscaler("manage", "cluster-node-pools"),
            Autoscaler("manage", "instance-family"),
            Autoscaler("use", "subnets"),
            Autoscaler("read", "virtual-network-family"),
            Autoscaler("use", "vnics"),
            Autoscaler("inspect", "compartments"));

        var functions = new DynamicGroup($"{name}-functions", new DynamicGroupArgs
        {
            CompartmentId = args.TenancyId,
            Name = args.Names.NameOf("functions", NameForm.DynamicGroup),
            Description = $"The functions of {args.Names.Project}'s environment {args.Names.Environment}",
            MatchingRule = Output.Format($"ALL {{resource.type='fnfunc', resource.compartment.id='{args.CompartmentId}'}}"),
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this, Provider = args.HomeRegion });
        var group = (Input<string>)Output.Format($"dynamic-group {functions.Name}");
        writer.Write(
            "functions",
            "The functions read and append to the journal, post metrics, read alarms and artifacts, and write verdicts",
            new PolicyStatement(group, "read", "nosql-tables", journal),
            new PolicyStatement(group, "use", "nosql-rows", journal),
            new PolicyStatement(group, "use", "metrics", $"target.metrics.namespace='{ModelMetric.Namespace}'"),
            new PolicyStatement(group, "read", "metrics"),
            new PolicyStatement(group, "read", "alarms"),
            new PolicyStatement(group, "read", "objects", bucket),
            new PolicyStatement(
                group,
                "manage",
                "objects",
                bucket,
                Below(args.VerdictsPrefix),
                Writing));
        RegisterOutputs(new Dictionary<string, object?> { ["functionsGroupName"] = functions.Name });

        PolicyStatement Pod(string account, string verb, string resources, params Input<string>[] conditions) =>
            new("any-user", verb, resources, [.. Workload(args.Namespace, account), .. conditions]);

        // Slashes delimit a pattern, so the pattern itself cannot contain one.
        static string Below(string prefix) => $"target.object.name=/{prefix.TrimEnd('/')}*/";

        PolicyStatement Autoscaler(string verb, string resources) =>
            new("any-user", verb, resources, Workload("kube-system", "cluster-autoscaler"));

        Input<string>[] Workload(string kubernetesNamespace, string account) =>
            WorkloadPrincipal.Conditions(args.ClusterId, kubernetesNamespace, account);
    }
}
