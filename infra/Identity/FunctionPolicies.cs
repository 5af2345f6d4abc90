using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Identity;

namespace ModelServing.Infra.Identity;

/// <summary>
/// The rights of the functions. Each function has a dynamic group of its own, so it has only the rights that it needs, although all of them
/// are one image. They are not part of the foundation, because a group names its function.
/// </summary>
/// <remarks>To allow something: add one statement here, and one row to the tables in PolicyTests and docs/infrastructure.md.</remarks>
public sealed class FunctionPolicies : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing.</exception>
    public FunctionPolicies(string name, FunctionPoliciesArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:FunctionPolicies", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<FunctionPoliciesArgs>();
        var tags = args.Names.Tags("identity");
        var writer = new PolicyWriter(this, name, args, args.HomeRegion, tags);
        var bucket = (Input<string>)$"target.bucket.name='{NameForm.Bucket.Check(args.BucketName)}'";
        var journal = (Input<string>)$"target.nosql-table.name='{JournalComponent.TableNameOf(args.Names)}'";

        var rollback = Group(FunctionName.Rollback, args.RollbackId);
        writer.Write("function-rollback", "Rollback reads and appends to the journal", JournalOf(rollback, journal));

        var metrics = Group(FunctionName.ModelMetrics, args.ModelMetricsId);
        writer.Write(
            "function-model-metrics",
            "ModelMetrics posts metrics, reads alarms, and reads and appends to the journal",
            [
                .. JournalOf(metrics, journal),
                new(metrics, "use", "metrics", $"target.metrics.namespace='{ModelMetric.Namespace}'"),
                new(metrics, "read", "metrics"),
                new(metrics, "read", "alarms"),
            ]);

        var loader = Group(FunctionName.ModelLoader, args.ModelLoaderId);
        var readable = AccessConditions.Below(args.ArtifactsPrefix, args.VerdictsPrefix);
        writer.Write(
            "function-model-loader",
            "ModelLoader reads artifacts and verdicts, and writes verdicts",
            new PolicyStatement(loader, "read", "objects", bucket, readable),
            new PolicyStatement(
                loader, "manage", "objects", bucket, AccessConditions.Below(args.VerdictsPrefix), AccessConditions.Writing));
        RegisterOutputs();

        Input<string> Group(FunctionName function, Input<string> id)
        {
            var key = FunctionNames.NameOf(function);
            var group = new DynamicGroup($"{name}-{key}", new DynamicGroupArgs
            {
                CompartmentId = args.TenancyId,
                Name = args.Names.NameOf(key, NameForm.DynamicGroup),
                Description = $"The function {function} of {args.Names.Project}'s environment {args.Names.Environment}",
                MatchingRule = Output.Format($"ALL {{resource.type='fnfunc', resource.id='{id}'}}"),
                FreeformTags = tags,
            }, new CustomResourceOptions { Parent = this, Provider = args.HomeRegion });
            return Output.Format($"dynamic-group {group.Name}");
        }
    }

    private static PolicyStatement[] JournalOf(Input<string> group, Input<string> journal) =>
    [
        new(group, "read", "nosql-tables", journal),
        new(group, "use", "nosql-rows", journal, AccessConditions.Rows),
    ];
}
