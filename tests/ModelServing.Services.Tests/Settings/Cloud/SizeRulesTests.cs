using System.Text;
using ModelServing.Settings;
using ModelServing.Settings.Cloud;

namespace ModelServing.Services.Tests.Settings.Cloud;

/// <summary>How many models fit: each limit is a fault that names its number and the way out.</summary>
public class SizeRulesTests
{
    private const string Raised = "policyStatements: 5000";

    [Fact]
    public void A_thousand_models_with_a_canary_each_fit_if_the_tenancy_allows_their_policies() =>
        Assert.Empty(FoundationFile.Check(Text(1000, Raised)));

    [Fact]
    public void More_policy_statements_than_the_tenancy_allows_are_refused_with_the_number()
    {
        Assert.Empty(FoundationFile.Check(Text(408)));
        var fault = Assert.Single(FoundationFile.Check(Text(430)));
        Assert.Contains("these 430 models need 525 policy statements", fault.Message, StringComparison.Ordinal);
        // The limit can't be raised.
        Assert.Contains("another environment, which is a stack of its own, in a compartment", fault.Message, StringComparison.Ordinal);
    }

    // 46 of them share a statement; what is left is that each account is named.
    [Fact]
    public void Models_in_a_pool_need_fewer_policy_statements()
    {
        Assert.Empty(FoundationFile.Check(Text(430, "pools: { small: {} }").Replace(
            "{ stable: { version: 1 }", "{ pods: { pool: small }, stable: { version: 1 }", StringComparison.Ordinal)));
        var fault = Assert.Single(FoundationFile.Check(Text(1000, "pools: { small: {} }").Replace(
            "{ stable: { version: 1 }", "{ pods: { pool: small }, stable: { version: 1 }", StringComparison.Ordinal)
            + "\n  modelserving:policyStatements: 150"));
        Assert.Contains("these 1000 models need 153 policy statements", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Put small models into a pool, which needs one for 46 of them", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pool_whose_document_no_ConfigMap_holds_is_refused_with_the_number()
    {
        var text = Text(2000, Raised, "  modelserving:pools: { small: {} }").Replace(
            "{ stable: { version: 1 }",
            $"{{ pods: {{ pool: small }}, predictions: {{ drop: [{new string('a', 300)}] }}, stable: {{ version: 1 }}",
            StringComparison.Ordinal);
        var fault = Assert.Single(
            FoundationFile.Check(text), static fault => fault.Path == "modelserving:pools.small");
        Assert.Contains("the document of its 4000 versions has ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("at most 1048576. Put some of its models into another pool", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_settings_than_one_variable_of_the_environment_holds_are_refused_with_the_number()
    {
        var fault = Assert.Single(FoundationFile.Check(Text(1800, Raised)));
        Assert.Equal("modelserving:models", fault.Path);
        Assert.Contains("131057", fault.Message, StringComparison.Ordinal);
        Assert.Contains("another environment", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }

    // 'ms check' does not read the settings of the cloud.
    [Fact]
    public void A_reader_of_the_models_alone_reports_it_too()
    {
        var (file, _) = StackFile.Parse(Text(1800, Raised));
        Assert.Null(file!.Cloud);
        Assert.Contains("131057", Assert.Single(file.Check()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_models_than_have_figures_are_refused_and_without_a_cloud_nothing_else()
    {
        var text = Text(2001, Raised);
        var faults = FoundationFile.Check(text);
        Assert.Equal(2, faults.Count);
        Assert.Contains(
            "there are 2001 models; ModelMetrics posts the figures of at most 2000", faults[0].Message, StringComparison.Ordinal);
        var (local, _) = StackFile.Parse(text[..text.IndexOf("  modelserving:region", StringComparison.Ordinal)]);
        Assert.Contains("2001", Assert.Single(local!.Check()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_is_too_large_for_TrafficSplitter_is_refused_only_where_it_splits()
    {
        string[] more =
        [
            "  modelserving:maxRequestBytes: 6291456",
            "  modelserving:functions: { splitter: { keySecret: ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaa } }",
        ];
        var fault = Assert.Single(FoundationFile.Check(Text(2200, "splitting: function", more)), static fault => Splits(fault.Path));
        Assert.Contains("TrafficSplitter gets at most 1048576", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(FoundationFile.Check(Text(2200, "splitting: router", more)), static fault => Splits(fault.Path));

        static bool Splits(string path) => path == "modelserving:splitting";
    }

    // The text that Pulumi's program gets: a JSON object of texts, of which maps are JSON again.
    [Fact]
    public void The_size_of_the_configuration_is_that_of_the_variable()
    {
        const string Yaml = """
            config:
              modelserving:models: { fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 } } }
              modelserving:region: eu-frankfurt-1
            """;
        const string Expected = "{"
            + """ "modelserving:models":"{\"fraud\":{\"stable\":{\"version\":1},\"canary\":{\"version\":2,\"percent\":5}}}","""
            + """ "modelserving:region":"eu-frankfurt-1"}""";
        var (file, faults) = StackFile.Parse(Yaml);
        Assert.Empty(faults);
        Assert.Equal(Encoding.UTF8.GetByteCount(Expected.Replace(" ", "", StringComparison.Ordinal)), file!.ConfigurationBytes);
        Assert.Equal(131_072, PulumiConfiguration.MaxBytes + Encoding.UTF8.GetByteCount("PULUMI_CONFIG=") + 1);
    }

    private static string Text(int models, string setting = "dataProtection: false", params string[] more)
    {
        var text = new StringBuilder("{ ");
        for (var i = 0; i < models; i++)
        {
            text.Append(i > 0 ? ", " : "")
                .Append(null, $"model-{i:00000}: {{ stable: {{ version: 1 }}, canary: {{ version: 2, percent: 5 }} }}");
        }

        var file = FoundationFile.Text(setting).Replace("models: {}", $"models: {text} }}", StringComparison.Ordinal);
        return string.Join('\n', [file, .. more]);
    }
}
