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

    private const string Rows = "any {request.permission='NOSQL_ROWS_READ', request.permission='NOSQL_ROWS_INSERT'}";
    private const string Writing = "any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}";

    private const string Rollback = "Allow dynamic-group modelserving-some-rollback to";
    private const string ModelMetrics = "Allow dynamic-group modelserving-some-model-metrics to";
    private const string ModelLoader = "Allow dynamic-group modelserving-some-model-loader to";

    private static readonly Dictionary<string, string[]> Workloads = new()
    {
        ["modelserving-some-inference"] =
        [
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "inference-fraud")}, {Bucket}, "
                + "any {target.object.name='models/fraud/*', target.object.name='features/*'}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "inference-fraud")}, {Predictions}}}",
            $"Allow any-user to use nosql-rows{In} where all {{{Pod("modelserving", "inference-fraud")}, {Predictions}, "
                + "request.permission='NOSQL_ROWS_INSERT'}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "inference-fraud")}, {Bucket}, "
                + "target.object.name='datalake/*', request.permission='OBJECT_CREATE'}",
        ],
        ["modelserving-some-router"] =
        [
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "router")}, {Journal}}}",
            $"Allow any-user to use nosql-rows{In} where all {{{Pod("modelserving", "router")}, {Journal}, {Rows}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "router")}, {Predictions}}}",
            $"Allow any-user to use nosql-rows{In} where all {{{Pod("modelserving", "router")}, {Predictions}, {Rows}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "router")}, {Outcomes}}}",
            $"Allow any-user to use nosql-rows{In} where all {{{Pod("modelserving", "router")}, {Outcomes}, {Rows}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "router")}, {Bucket}, "
                + "target.object.name='datalake/routers/*'}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "router")}, {Bucket}, "
                + "target.object.name='datalake/routers/*', "
                + "any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}}",
        ],
        ["modelserving-some-feature-server"] =
        [
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "feature-server")}, {Bucket}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-server")}, {Bucket}, "
                + "any {target.object.name='events/*', target.object.name='features/*'}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "feature-server")}, {Bucket}, "
                + "target.object.name='events/*', request.permission='OBJECT_CREATE'}",
        ],
        ["modelserving-some-feature-rebuild"] =
        [
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "feature-rebuild")}, {Bucket}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-rebuild")}, {Bucket}, "
                + "any {target.object.name='events/*', target.object.name='features/*', target.object.name='archive/*'}}",
        ],
        ["modelserving-some-feature-export"] =
        [
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "feature-export")}, {Bucket}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-export")}, {Bucket}, "
                + "any {target.object.name='events/*', target.object.name='features/*', target.object.name='archive/*'}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-export")}, {Bucket}, "
                + "target.object.name='datalake/*'}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "feature-export")}, {Bucket}, "
                + "target.object.name='datalake/*', any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}}",
        ],
        ["modelserving-some-feature-compact"] =
        [
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "feature-compact")}, {Bucket}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "feature-compact")}, {Bucket}, "
                + "any {target.object.name='events/*', target.object.name='features/*', target.object.name='archive/*'}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "feature-compact")}, {Bucket}, "
                + "target.object.name='archive/*', any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "feature-compact")}, {Bucket}, "
                + "target.object.name='events/*', request.permission='OBJECT_DELETE'}",
        ],
        ["modelserving-some-export"] =
        [
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "prediction-export")}, {Predictions}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "prediction-export")}, {Predictions}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "prediction-export")}, {Outcomes}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "prediction-export")}, {Outcomes}}}",
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "prediction-export")}, {Bucket}}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "prediction-export")}, {Bucket}, "
                + "target.object.name='datalake/*', any {request.permission='OBJECT_CREATE', request.permission='OBJECT_OVERWRITE'}}",
        ],
        ["modelserving-some-experiment"] =
        [
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "experiment")}, {Predictions}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "experiment")}, {Predictions}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "experiment")}, {Outcomes}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "experiment")}, {Outcomes}}}",
        ],
        ["modelserving-some-try"] =
        [
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "try")}, {Predictions}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "try")}, {Predictions}}}",
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "try")}, {Outcomes}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "try")}, {Outcomes}}}",
            $"Allow any-user to read objects{In} where all {{{Pod("modelserving", "try")}, {Bucket}, "
                + "target.object.name='models/*'}",
        ],
        ["modelserving-some-journal-backup"] =
        [
            $"Allow any-user to read nosql-tables{In} where all {{{Pod("modelserving", "journal-backup")}, {Journal}}}",
            $"Allow any-user to read nosql-rows{In} where all {{{Pod("modelserving", "journal-backup")}, {Journal}}}",
            $"Allow any-user to inspect objects{In} where all {{{Pod("modelserving", "journal-backup")}, {Bucket}}}",
            $"Allow any-user to manage objects{In} where all {{{Pod("modelserving", "journal-backup")}, {Bucket}, "
                + $"target.object.name='datalake/journal/*', {Writing}}}",
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
    };

    private static readonly Dictionary<string, string[]> Functions = new()
    {
        ["modelserving-some-function-rollback"] =
        [
            $"{Rollback} read nosql-tables{In} where all {{{Journal}}}",
            $"{Rollback} use nosql-rows{In} where all {{{Journal}, {Rows}}}",
        ],
        ["modelserving-some-function-model-metrics"] =
        [
            $"{ModelMetrics} read nosql-tables{In} where all {{{Journal}}}",
            $"{ModelMetrics} use nosql-rows{In} where all {{{Journal}, {Rows}}}",
            $"{ModelMetrics} use metrics{In} where all {{target.metrics.namespace='modelserving'}}",
            $"{ModelMetrics} read metrics{In}",
            $"{ModelMetrics} read alarms{In}",
        ],
        ["modelserving-some-function-model-loader"] =
        [
            $"{ModelLoader} read objects{In} where all {{{Bucket}, "
                + "any {target.object.name='models/*', target.object.name='verdicts/*'}}",
            $"{ModelLoader} manage objects{In} where all {{{Bucket}, target.object.name='verdicts/*', {Writing}}}",
        ],
    };

    [Fact]
    public async Task Pods_have_the_rights_in_the_table() => await AssertPoliciesAsync(some => some.WorkloadPolicies(), Workloads);

    [Fact]
    public async Task Functions_have_the_rights_in_the_table() => await AssertPoliciesAsync(some => some.FunctionPolicies(), Functions);

    // What a version's process reads must not depend on what it is asked to run.
    [Fact]
    public async Task The_pods_of_a_model_read_the_artifacts_of_no_other_model()
    {
        var run = await Rendered.FromAsync(some => some.WorkloadPolicies(models: ["fraud", "churn"]));
        var statements = run.OfType(Policy).Single(policy => policy.Text("name") == "modelserving-some-inference")
            .Inputs.List("statements").Cast<string>().ToList();

        foreach (var (model, other) in new[] { ("fraud", "churn"), ("churn", "fraud") })
        {
            var reading = Assert.Single(statements, statement => statement.Contains($"{model}/*", StringComparison.Ordinal));
            Assert.StartsWith("Allow any-user to read objects", reading, StringComparison.Ordinal);
            Assert.Contains($"service_account='inference-{model}'", reading, StringComparison.Ordinal);
            Assert.DoesNotContain(other, reading, StringComparison.Ordinal);
        }

        Assert.Contains(
            $"Allow any-user to use nosql-rows{In} where all {{request.principal.type='workload', "
            + "request.principal.namespace='modelserving', "
            + "any {request.principal.service_account='inference-churn', request.principal.service_account='inference-fraud'}, "
            + $"request.principal.cluster_id='ocid1.cluster.some', {Predictions}, request.permission='NOSQL_ROWS_INSERT'}}",
            statements);
    }

    [Fact]
    public async Task A_policy_has_no_more_statements_than_OCI_accepts()
    {
        var models = Enumerable.Range(0, 120).Select(static number => $"model-{number}").ToArray();
        var run = await Rendered.FromAsync(some => some.WorkloadPolicies(models: models));
        var policies = run.OfType(Policy)
            .Where(static policy => policy.Text("name").Contains("-inference", StringComparison.Ordinal)).ToList();

        Assert.Equal(
            ["modelserving-some-inference", "modelserving-some-inference-2", "modelserving-some-inference-3"],
            policies.Select(static policy => policy.Text("name")).Order(StringComparer.Ordinal));
        Assert.All(policies, static policy => Assert.InRange(policy.Inputs.List("statements").Length, 1, 50));
        Assert.All(models, model => Assert.Single(
            policies.SelectMany(static policy => policy.Inputs.List("statements").Cast<string>()),
            statement => statement.Contains($"'models/{model}/*'", StringComparison.Ordinal)));
    }

    // The journal is append-only by right as far as OCI can express it: a row can be replaced, but not deleted.
    [Fact]
    public async Task No_pod_and_no_function_may_delete_a_row()
    {
        var run = await Rendered.FromAsync(some =>
        {
            some.WorkloadPolicies();
            some.FunctionPolicies();
        });

        var rows = run.OfType(Policy).SelectMany(static policy => policy.Inputs.List("statements").Cast<string>())
            .Where(static statement => statement.Contains("nosql-rows", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(rows);
        Assert.All(rows, static statement =>
        {
            Assert.DoesNotContain("manage nosql-rows", statement, StringComparison.Ordinal);
            Assert.DoesNotContain("NOSQL_ROWS_DELETE", statement, StringComparison.Ordinal);
            Assert.True(
                statement.Contains("request.permission=", StringComparison.Ordinal)
                || statement.Contains("read nosql-rows", StringComparison.Ordinal),
                statement);
        });
    }

    [Fact]
    public async Task Without_an_export_no_pod_may_read_all_predictions_and_write_files() => await AssertPoliciesAsync(
        some => some.WorkloadPolicies(export: false),
        Workloads.Where(pair => pair.Key is not ("modelserving-some-export" or "modelserving-some-experiment" or "modelserving-some-try"))
            .ToDictionary());

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
    public async Task The_gateway_may_call_the_splitter() => await AssertPoliciesAsync(some => some.SplitterPolicy(), new()
    {
        ["modelserving-some-traffic-splitter"] = [$"Allow any-user to use fn-invocation{In} where all " +
            "{request.principal.type='ApiGateway', " +
            $"request.resource.compartment.id='{SomeEnvironment.Compartment}', target.function.id='ocid1.fnfunc.splitter'}}"],
    });

    // It calls no service of OCI's, so no group has it and no other statement names it.
    [Fact]
    public async Task The_splitter_itself_has_no_rights()
    {
        var run = await SomeStack.RunAsync(SomeStack.File(more: SomeStack.Splitter));
        const string Id = "ocid1.fnfunc.splitter-traffic-splitter";

        Assert.Equal(3, run.OfType(DynamicGroup).Count());
        Assert.All(
            run.OfType(DynamicGroup),
            static group => Assert.DoesNotContain(Id, (string)group.Inputs["matchingRule"], StringComparison.Ordinal));
        var statement = Assert.Single(
            run.OfType(Policy).SelectMany(static policy => policy.Inputs.List("statements").Cast<string>()),
            static statement => statement.Contains(Id, StringComparison.Ordinal));
        Assert.StartsWith("Allow any-user to use fn-invocation", statement, StringComparison.Ordinal);
    }

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
    public async Task Each_function_has_a_dynamic_group_of_its_own()
    {
        var run = await Rendered.FromAsync(some => some.FunctionPolicies());

        Assert.Equal(
            [
                ("modelserving-some-model-loader", "ALL {resource.type='fnfunc', resource.id='ocid1.fnfunc.loader'}"),
                ("modelserving-some-model-metrics", "ALL {resource.type='fnfunc', resource.id='ocid1.fnfunc.metrics'}"),
                ("modelserving-some-rollback", "ALL {resource.type='fnfunc', resource.id='ocid1.fnfunc.rollback'}"),
            ],
            run.OfType(DynamicGroup).Select(static group => (group.Text("name"), group.Text("matchingRule"))).Order());
        Assert.All(run.OfType(DynamicGroup), static group => Assert.Equal("ocid1.tenancy.oc1..some", group.Text("compartmentId")));
    }

    [Fact]
    public async Task Identity_is_created_in_the_home_region_and_in_the_environments_compartment()
    {
        var run = await Rendered.FromAsync(some =>
        {
            some.ServicePolicies("ocid1.key.some");
            some.WorkloadPolicies();
            some.FunctionPolicies();
            some.SplitterPolicy();
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
            Workloads.Keys.Concat(Functions.Keys).Append("modelserving-some-object-storage")
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
