using System.Text.RegularExpressions;
using ModelServing.Infra.Tests.Rendering;
using ModelServing.Infra.Tests.Stacks;

namespace ModelServing.Infra.Tests.Identity;

/// <summary>The rights of the pods of pools.</summary>
[Collection(nameof(OneAtATime))]
public class PoolPolicyTests
{
    private const string Policy = "oci:Identity/policy:Policy";
    private const string In = $" in compartment id {SomeEnvironment.Compartment}";
    private const string Bucket = "target.bucket.name='modelserving-some-artifacts'";
    private const string Predictions = "target.nosql-table.name='modelserving_some_predictions'";

    // The pods that a model had before it joined the pool may still ship their records.
    [Fact]
    public async Task The_pods_of_a_pool_read_the_artifacts_of_its_models_and_of_no_others()
    {
        var run = await Rendered.FromAsync(some => some.PoolPolicies("fraud", "churn", "risk"));
        var accounts = "request.principal.type='workload', request.principal.namespace='modelserving', "
            + "any {request.principal.service_account='inference-churn', request.principal.service_account='inference-fraud', "
            + "request.principal.service_account='inference-risk', request.principal.service_account='pool-small'}, "
            + "request.principal.cluster_id='ocid1.cluster.some'";
        Assert.Equal(
            [
                $"Allow any-user to read objects{In} where all {{{Pod("inference-fraud")}, {Bucket}, "
                    + "any {target.object.name='models/fraud/*', target.object.name='features/*'}}",
                $"Allow any-user to read objects{In} where all {{{Pod("pool-small")}, {Bucket}, "
                    + "any {target.object.name='models/churn/*', target.object.name='models/risk/*', target.object.name='features/*'}}",
                $"Allow any-user to read nosql-tables{In} where all {{{accounts}, {Predictions}}}",
                $"Allow any-user to use nosql-rows{In} where all {{{accounts}, {Predictions}, request.permission='NOSQL_ROWS_INSERT'}}",
                $"Allow any-user to manage objects{In} where all {{{accounts}, {Bucket}, target.object.name='datalake/*', "
                    + "request.permission='OBJECT_CREATE'}",
            ],
            run.Named(Policy, "policies-inference").Inputs.List("statements").Cast<string>());
    }

    // OCI accepts 50 statements in a policy, and does not say how long one may be.
    [Theory]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(200)]
    public async Task Every_model_of_a_large_pool_is_read_and_no_policy_or_statement_is_too_long(int models)
    {
        string[] names = [.. Enumerable.Range(0, models + 1).Select(static i => $"model-{i:000}")];
        var run = await Rendered.FromAsync(some => some.PoolPolicies(names));
        var policies = run.OfType(Policy).Where(static policy => policy.Name.StartsWith("policies-inference", StringComparison.Ordinal))
            .Select(static policy => policy.Inputs.List("statements").Cast<string>().ToList())
            .ToList();

        Assert.All(policies, static statements => Assert.InRange(statements.Count, 1, 50));
        var all = policies.SelectMany(static statements => statements).ToList();
        Assert.All(all, static statement => Assert.InRange(
            Regex.Count(statement, "target\\.object\\.name|service_account"), 1, 48));
        var read = string.Concat(all.Where(static statement => statement.Contains("to read objects", StringComparison.Ordinal)
            && statement.Contains("'pool-small'", StringComparison.Ordinal)));
        Assert.All(names[1..], name => Assert.Contains($"'models/{name}/*'", read, StringComparison.Ordinal));
        Assert.DoesNotContain($"'models/{names[0]}/*'", read, StringComparison.Ordinal);
        foreach (var right in (string[])["read nosql-tables", "use nosql-rows", "manage objects"])
        {
            var writers = string.Concat(all.Where(statement => statement.Contains($"to {right}", StringComparison.Ordinal)));
            Assert.All(
                [.. names.Select(static name => $"inference-{name}"), "pool-small"],
                account => Assert.Contains($"service_account='{account}'", writers, StringComparison.Ordinal));
        }
    }

    private static string Pod(string account) =>
        "request.principal.type='workload', request.principal.namespace='modelserving', "
        + $"request.principal.service_account='{account}', request.principal.cluster_id='ocid1.cluster.some'";
}
