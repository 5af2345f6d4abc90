using ModelServing.Settings;

namespace ModelServing.Services.Tests.Settings.Cloud;

/// <summary>What the cloud needs for traffic splitting in a function, and what that mode does not support.</summary>
public class SplittingRulesTests
{
    private const string Key = "keySecret: ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaa";

    [Fact]
    public void The_mode_needs_the_function() =>
        Assert.Equal(
            ["modelserving:functions.splitter", "modelserving:maxRequestBytes"],
            FoundationFile.Check(FoundationFile.Text("splitting: function")).Select(static fault => fault.Path)
                .Order(StringComparer.Ordinal));

    // The default is the gateway's limit.
    [Theory]
    [InlineData("splitting: function", 20_971_520)]
    [InlineData("splitting: function\n  modelserving:maxRequestBytes: 6291457", 6_291_457)]
    public void A_body_that_no_function_gets_is_refused_and_the_setting_is_named(string settings, int bytes)
    {
        var fault = Assert.Single(FoundationFile.Check(FoundationFile.Text(
            $"functions: {{ splitter: {{ {Key} }} }}\n  modelserving:{settings}")));
        Assert.Equal("modelserving:maxRequestBytes", fault.Path);
        Assert.StartsWith(
            $"{bytes} is more than 6291456 (6 MB), the largest body that a function gets", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("maxRequestBytes: 6291456\n  modelserving:splitting: function")]
    [InlineData("splitting: router")]
    [InlineData("maxRequestBytes: 6291457")]
    public void The_function_alone_limits_no_body(string setting) =>
        Assert.Empty(FoundationFile.Check(FoundationFile.Text($"functions: {{ splitter: {{ {Key} }} }}\n  modelserving:{setting}")));

    [Theory]
    [InlineData("function", "290001ms", "290.001s")]
    [InlineData("function", "290s", null)]
    [InlineData("router", "290001ms", null)]
    public void A_deadline_that_a_function_can_not_wait_for_is_refused_and_the_model_is_named(
        string mode, string deadline, string? refused)
    {
        var text = FoundationFile.Text($"functions: {{ splitter: {{ {Key} }} }}\n  modelserving:maxRequestBytes: 6291456").Replace(
            "models: {}", $"splitting: {mode}\n  modelserving:models: {{ slow: {{ stable: {{ version: 1 }}, deadline: {deadline} }} }}",
            StringComparison.Ordinal);

        var fault = FoundationFile.Check(text).SingleOrDefault();

        Assert.Equal(refused is null ? null : "modelserving:models.slow.deadline", fault?.Path);
        if (refused is not null)
            Assert.StartsWith($"{refused} is more than 290s, and splitting is function", fault!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memoryInMbs: 300", "functions.splitter.memoryInMbs", "300 is not one of 128, 256, 512, 1024, 2048, 3072")]
    [InlineData("provisionedConcurrency: 15", "functions.splitter.provisionedConcurrency", "15 is not a multiple of 10")]
    [InlineData(
        "memoryInMbs: 256, provisionedConcurrency: 30", "functions.splitter.provisionedConcurrency", "with 256 MB")]
    public void A_size_that_OCI_does_not_offer_is_reported_with_its_position(string settings, string path, string message) =>
        FoundationFile.AssertFault(FoundationFile.Text($"functions: {{ splitter: {{ {Key}, {settings} }} }}"), path, message);

    [Theory]
    [InlineData("memoryInMbs: 1024", "keySecret")]
    [InlineData("keySecret: a-key", "is not the OCID of a secret")]
    public void The_function_needs_the_secret_with_its_key(string settings, string message)
    {
        var (_, faults) = StackFile.Parse(FoundationFile.Text($"functions: {{ splitter: {{ {settings} }} }}"), cloud: true);
        var fault = Assert.Single(faults);
        Assert.Contains(message, fault.Path + fault.Message, StringComparison.Ordinal);
    }
}
