using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Naming;
using ModelServing.Infra.Predictions;
using Pulumi;

namespace ModelServing.Infra.Identity;

/// <summary>
/// The rights of the pods of the platform's programs: one policy for each program, one statement for each need. Pods are identified by
/// workload identity: cluster, namespace and service account. <see cref="FunctionPolicies"/> has the rights of functions.
/// </summary>
/// <remarks>To allow something: add one statement here, and one row to the tables in PolicyTests and docs/infrastructure.md.</remarks>
public sealed class WorkloadPolicies : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public WorkloadPolicies(string name, WorkloadPoliciesArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:WorkloadPolicies", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<WorkloadPoliciesArgs>();
        var writer = new PolicyWriter(this, name, args, args.HomeRegion, args.Names.Tags("identity"));
        var bucket = (Input<string>)$"target.bucket.name='{NameForm.Bucket.Check(args.BucketName)}'";
        var journal = (Input<string>)$"target.nosql-table.name='{JournalComponent.TableNameOf(args.Names)}'";

        var tableName = PredictionsComponent.TableNameOf(args.Names);
        var predictions = (Input<string>)$"target.nosql-table.name='{tableName}'";
        var outcomes = (Input<string>)$"target.nosql-table.name='{PredictionTables.OutcomesOf(tableName)}'";

        foreach (var policy in InferencePolicy.For(args.Models, args.Pools))
        {
            writer.Write(
                policy.Name,
                "The pods of Inference read the artifacts of their model, and write predictions",
                [
                    .. policy.Readers.Select(reader => Pod(reader.Account, "read", "objects", bucket, Artifacts(reader.Models))),
                    Pods(policy.Accounts, "read", "nosql-tables", predictions),
                    Pods(policy.Accounts, "use", "nosql-rows", predictions, "request.permission='NOSQL_ROWS_INSERT'"),
                    Pods(
                        policy.Accounts,
                        "manage",
                        "objects",
                        bucket,
                        AccessConditions.Below(args.DataLakePrefix),
                        "request.permission='OBJECT_CREATE'"),
                ]);
        }

        writer.Write(
            "router",
            "The routers read and append to the journal, read and write predictions, write outcomes, and leave snapshots for each other",
            Pod(args.RouterAccount, "read", "nosql-tables", journal),
            Pod(args.RouterAccount, "use", "nosql-rows", journal, AccessConditions.Rows),
            Pod(args.RouterAccount, "read", "nosql-tables", predictions),
            Pod(args.RouterAccount, "use", "nosql-rows", predictions, AccessConditions.Rows),
            Pod(args.RouterAccount, "read", "nosql-tables", outcomes),
            Pod(args.RouterAccount, "use", "nosql-rows", outcomes, AccessConditions.Rows),
            Pod(args.RouterAccount, "read", "objects", bucket, AccessConditions.Below(ArtifactKeys.RoutersPrefix)),
            Pod(
                args.RouterAccount,
                "manage",
                "objects",
                bucket,
                AccessConditions.Below(ArtifactKeys.RoutersPrefix),
                AccessConditions.Writing));
        var ofFeatures = AccessConditions.Below(args.EventsPrefix, args.FeaturesPrefix);
        if (args.FeatureServerAccount is { } server)
        {
            writer.Write(
                "feature-server",
                "The feature server writes the event log, and reads it and the definitions of views",
                // A list of keys cannot be limited to a prefix.
                Pod(server, "inspect", "objects", bucket),
                Pod(server, "read", "objects", bucket, ofFeatures),
                Pod(server, "manage", "objects", bucket, AccessConditions.Below(args.EventsPrefix), "request.permission='OBJECT_CREATE'"));
        }

        var ofJobs = AccessConditions.Below(args.EventsPrefix, args.FeaturesPrefix, args.ArchivePrefix);
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
                Pod(training, "read", "objects", bucket, AccessConditions.Below(args.DataLakePrefix)),
                Pod(training, "manage", "objects", bucket, AccessConditions.Below(args.DataLakePrefix), AccessConditions.Writing));
        }

        if (args.FeatureCompactAccount is { } compact)
        {
            writer.Write(
                "feature-compact",
                "The compaction of the event log writes its archive, and deletes old segments",
                Pod(compact, "inspect", "objects", bucket),
                Pod(compact, "read", "objects", bucket, ofJobs),
                // An upload in parts needs the right to overwrite, although each upload is conditional.
                Pod(compact, "manage", "objects", bucket, AccessConditions.Below(args.ArchivePrefix), AccessConditions.Writing),
                Pod(compact, "manage", "objects", bucket, AccessConditions.Below(args.EventsPrefix), "request.permission='OBJECT_DELETE'"));
        }

        if (args.ExportAccount is { } export)
        {
            writer.Write(
                "export",
                "The export reads predictions and outcomes, and writes files",
                [
                    .. ReadsLog(export),
                    // A list of keys cannot be limited to a prefix.
                    Pod(export, "inspect", "objects", bucket),
                    // An upload in parts needs the right to overwrite, although each upload is conditional.
                    Pod(export, "manage", "objects", bucket, AccessConditions.Below(args.DataLakePrefix), AccessConditions.Writing),
                ]);
        }

        if (args.ExperimentAccount is { } experiment)
            writer.Write("experiment", "The reports about experiments read predictions and outcomes", ReadsLog(experiment));
        if (args.TryAccount is { } replay)
        {
            writer.Write(
                "try",
                "Replays read predictions and outcomes, and the artifacts of all models",
                [.. ReadsLog(replay), Pod(replay, "read", "objects", bucket, AccessConditions.Below(ArtifactKeys.Prefix))]);
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
                Pod(backup, "manage", "objects", bucket, AccessConditions.Below(BackupJobSettings.Prefix), AccessConditions.Writing));
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

        RegisterOutputs();

        PolicyStatement Pod(string account, string verb, string resources, params Input<string>[] conditions) =>
            Pods([account], verb, resources, conditions);

        PolicyStatement Pods(IReadOnlyList<string> accounts, string verb, string resources, params Input<string>[] conditions) =>
            new("any-user", verb, resources, [.. Workload(args.Namespace, accounts), .. conditions]);

        PolicyStatement[] ReadsLog(string account) =>
        [
            Pod(account, "read", "nosql-tables", predictions),
            Pod(account, "read", "nosql-rows", predictions),
            Pod(account, "read", "nosql-tables", outcomes),
            Pod(account, "read", "nosql-rows", outcomes),
        ];

        // A version reads its own artifact, and the definitions of the views that it uses.
        Input<string> Artifacts(IReadOnlyList<ModelName> models) =>
            AccessConditions.Below([.. models.Select(ArtifactKeys.PrefixOf), args.FeaturesPrefix]);

        PolicyStatement Autoscaler(string verb, string resources) =>
            new("any-user", verb, resources, Workload("kube-system", ["cluster-autoscaler"]));

        Input<string>[] Workload(string kubernetesNamespace, IReadOnlyList<string> accounts) =>
            WorkloadPrincipal.Conditions(args.ClusterId, kubernetesNamespace, accounts);
    }
}
