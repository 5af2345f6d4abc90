using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Identity;

/// <summary>The complete table of rights. A statement that is not here must not be in the cloud.</summary>
[Collection(nameof(OneAtATime))]
public class PolicyTests
{
    private const string Policy = "oci:Identity/policy:Policy";
    private const string DynamicGroup = "oci:Identity/dynamicGroup:DynamicGroup";

    private const string In = $" in compartment id {SomeEnvironment.Compartment}";
    private const string Bucket = "target.bucket.name='modelserving-some-artifacts'";
    private const string Journal = "target.nosql-table.name='modelserving_some_journal'";

    private const string Predictions = "target.nosql-table.name='modelserving_some_predictions'";
    private const string Outcomes = "target.nosql-table.name='modelserving_some_predictions_outcomes'";

    private const string Functions = "Allow dynamic-group modelserving-some-functions to";

    private static readonly Dictionary<string, string[]> Workloads = new()
    {
        ["modelserving-some-inference"] =
        [
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "inference")}, {Bucket}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "inference")}, {Predictions}}}",
            $"Allow any-user to use nosql-rows{In} where all {{{Pod("modelserving", "inference")}, {Predictions}, "
                + "request.permission='NOSQL_ROWS_INSERT'}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "inference")}, {Bucket}, "
                + "target.object.name=/datalake*/, request.permission='OBJECT_CREATE'}",
        ],
        ["modelserving-some-router"] =
        [
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "router")}, {Journal}}}",
            $"Allow any-user to use nosql-rows{In} where all {{{Pod("modelserving", "router")}, {Journal}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "router")}, {Predictions}}}",
            $"Allow any-user to use nosql-rows{In} where all {{{Pod("modelserving", "router")}, {Predictions}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "router")}, {Outcomes}}}",
            $"Allow any-user to use nosql-rows{In} where all {{{Pod("modelserving", "router")}, {Outcomes}}}",
        ],
        ["modelserving-some-feature-server"] =
        [
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "feature-server")}, {Bucket}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-server")}, {Bucket}, "
                + "any {target.object.name=/events*/, target.object.name=/features*/}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "feature-server")}, {Bucket}, "
                + "target.object.name=/events*/, request.permission='OBJECT_CREATE'}",
        ],
        ["modelserving-some-feature-rebuild"] =
        [
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "feature-rebuild")}, {Bucket}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-rebuild")}, {Bucket}, "
                + "any {target.object.name=/events*/, target.object.name=/features*/, target.object.name=/archive*/}}",
        ],
        ["modelserving-some-feature-export"] =
        [
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "feature-export")}, {Bucket}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-export")}, {Bucket}, "
                + "any {target.object.name=/events*/, target.object.name=/features*/, target.object.name=/archive*/}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-export")}, {Bucket}, "
                + "target.object.name=/datalake*/}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "feature-export")}, {Bucket}, "
                + "target.object.name=/datalake*/, any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}}",
        ],
        ["modelserving-some-feature-compact"] =
        [
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "feature-compact")}, {Bucket}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-compact")}, {Bucket}, "
                + "any {target.object.name=/events*/, target.object.name=/features*/, target.object.name=/archive*/}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "feature-compact")}, {Bucket}, "
                + "target.object.name=/archive*/, any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "feature-compact")}, {Bucket}, "
                + "target.object.name=/events*/, request.permission='OBJECT_DELETE'}",
        ],
        ["modelserving-some-export"] =
        [
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "prediction-export")}, {Predictions}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "prediction-export")}, {Predictions}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "prediction-export")}, {Outcomes}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "prediction-export")}, {Outcomes}}}",
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "prediction-export")}, {Bucket}}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "prediction-export")}, {Bucket}, "
                + "target.object.name=/datalake*/, any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}}",
        ],
        ["modelserving-some-journal-backup"] =
        [
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "journal-backup")}, {Journal}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "journal-backup")}, {Journal}}}",
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "journal-backup")}, {Bucket}}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "journal-backup")}, {Bucket}, "
                + "target.object.name=/datalake/journal*/, any {request.permission='OBJECT_CREATE', "
                + "request.permission='OBJECT_OVERWRITE'}}",
        ],
        ["modelserving-some-autoscaler"] =
        [
            .. ((string[])[
                "manage cluster-node-pools",
                "manage instance-family",
                "use subnets",
                "read virtual-network-family",
                "use vnics",
                "inspect compartments",
            ])
                .Select(right => $"Allow any-user to {right}{In} where all {{{Pod("kube-system", "cluster-autoscaler")}}}"),
        ],
        ["modelserving-some-functions"] =
        [
            $"{Functions} read nosql-tables{In} where all {{{Journal}}}",
            $"{Functions} use nosql-rows{In} where all {{{Journal}}}",
            $"{Functions} use metrics{In} where all {{target.metrics.namespace='modelserving'}}",
            $"{Functions} read metrics{In}",
            $"{Functions} read alarms{In}",
            $"{Functions} read objects{In} where all {{{Bucket}}}",
            $"{Functions} manage objects{In} where all {{{Bucket}, target.object.name=/verdicts*/, "
                + "any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}}",
        ],
    };

    [Fact]
    public async Task Pods_and_functions_have_the_rights_in_the_table() =>
        await AssertPoliciesAsync(some => some.WorkloadPolicies(), Workloads);

    [Fact]
    public async Task Without_an_export_no_pod_may_read_all_predictions_and_write_files() => await AssertPoliciesAsync(
        some => some.WorkloadPolicies(export: false),
        Workloads.Where(pair => pair.Key != "modelserving-some-export").ToDictionary());

    [Fact]
    public async Task Without_a_backup_only_routers_and_functions_read_the_journal() => await AssertPoliciesAsync(
        some => some.WorkloadPolicies(backup: false),
        Workloads.Where(pair => pair.Key != "modelserving-some-journal-backup").ToDictionary());

    [Fact]
    public async Task Object_Storage_may_write_the_copy_of_the_bucket() =>
        await AssertPoliciesAsync(some => some.ServicePolicies(replica: "modelserving-some-artifacts-copy"), new()
        {
            ["modelserving-some-object-storage"] =
            [
                $"Allow service objectstorage-eu-frankfurt-1 to manage object-family{In} where all {{{Bucket}}}",
                $"Allow service objectstorage-eu-frankfurt-1 to manage object-family{In} where all "
                    + "{target.bucket.name='modelserving-some-artifacts-copy'}",
            ],
        });

    [Fact]
    public async Task Without_views_no_pod_may_write_events() => await AssertPoliciesAsync(
        some => some.WorkloadPolicies(features: false),
        Workloads.Where(pair => !pair.Key.StartsWith("modelserving-some-feature-", StringComparison.Ordinal)).ToDictionary());

    [Fact]
    public async Task The_minute_job_may_call_one_function() => await AssertPoliciesAsync(some => some.InvocationPolicy(), new()
    {
        ["modelserving-some-model-metrics"] = [$"Allow any-user to use fn-invocation{In} where all " +
            $"{{{Pod("modelserving", "model-metrics")}, target.function.id='ocid1.fnfunc.some'}}"],
    });

    [Fact]
    public async Task Services_have_the_rights_in_the_table() => await AssertPoliciesAsync(some => some.ServicePolicies(), new()
    {
        ["modelserving-some-object-storage"] = [$"Allow service objectstorage-eu-frankfurt-1 to manage object-family{In} where all " +
            $"{{{Bucket}}}"],
    });

    [Fact]
    public async Task Only_the_bucket_the_cluster_and_the_disks_of_its_nodes_may_use_a_key() =>
        await AssertPoliciesAsync(some => some.ServicePolicies("ocid1.key.some"), new()
        {
            ["modelserving-some-object-storage"] =
        [
            $"Allow service objectstorage-eu-frankfurt-1 to manage object-family{In} where all {{{Bucket}}}",
            $"Allow service objectstorage-eu-frankfurt-1 to use keys{In} where all {{target.key.id='ocid1.key.some'}}",
        ],
            ["modelserving-some-cluster-key"] =
        [
            $"Allow any-user to use keys{In} where all {{request.principal.type='cluster', " +
                $"request.principal.compartment.id='{SomeEnvironment.Compartment}', target.key.id='ocid1.key.some'}}",
            $"Allow service oke to use key-delegates{In} where all {{target.key.id='ocid1.key.some'}}",
            $"Allow service blockstorage to use keys{In} where all {{target.key.id='ocid1.key.some'}}",
            $"Allow any-user to use key-delegates{In} where all {{request.principal.type='nodepool', target.key.id='ocid1.key.some'}}",
        ],
        });

    [Fact]
    public async Task A_dynamic_group_identifies_functions()
    {
        var run = await Rendered.FromAsync(some => some.WorkloadPolicies());

        var group = run.Only(DynamicGroup);
        Assert.Equal("modelserving-some-functions", group.Text("name"));
        Assert.Equal("ocid1.tenancy.oc1..some", group.Text("compartmentId"));
        Assert.Equal(
            $"ALL {{resource.type='fnfunc', resource.compartment.id='{SomeEnvironment.Compartment}'}}",
            group.Text("matchingRule"));
    }

    [Fact]
    public async Task Identity_is_created_in_the_home_region_and_in_the_environments_compartment()
    {
        var run = await Rendered.FromAsync(some =>
        {
            some.ServicePolicies("ocid1.key.some");
            some.WorkloadPolicies();
        });

        Assert.All(
            run.OfType(Policy).Concat(run.OfType(DynamicGroup)),
            made => Assert.EndsWith("::home::home-id", made.Provider, StringComparison.Ordinal));
        Assert.All(run.OfType(Policy), made => Assert.Equal(SomeEnvironment.Compartment, made.Text("compartmentId")));
    }

    [Fact]
    public async Task A_whole_stack_has_these_policies_and_no_others()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Features));

        var names = run.OfType(Policy).Select(policy => (string)policy.Inputs["name"]).Order(StringComparer.Ordinal);
        Assert.Equal(
            Workloads.Keys.Append("modelserving-some-object-storage")
                .Append("modelserving-some-model-metrics")
                .Order(StringComparer.Ordinal),
            names);
    }

    private static async Task AssertPoliciesAsync(Action<SomeEnvironment> build, Dictionary<string, string[]> expected)
    {
        var run = await Rendered.FromAsync(build);
        Assert.Equal(
            expected.Keys.Order(StringComparer.Ordinal),
            run.OfType(Policy).Select(policy => policy.Text("name")).Order(StringComparer.Ordinal));
        foreach (var policy in run.OfType(Policy))
            Assert.Equal(expected[policy.Text("name")], policy.Inputs.List("statements").Cast<string>());
    }

    private static string Pod(string kubernetesNamespace, string account) =>
        $"request.principal.type='workload', request.principal.namespace='{kubernetesNamespace}', "
        + $"request.principal.service_account='{account}', request.principal.cluster_id='ocid1.cluster.some'";
}
