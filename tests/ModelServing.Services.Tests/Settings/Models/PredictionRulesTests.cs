using ModelServing.Settings;
using ModelServing.Settings.Schema;

namespace ModelServing.Services.Tests.Settings.Models;

public class PredictionRulesTests
{
    private const string Key = "0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789";

    [Theory]
    [InlineData("drop: [card, card]", "models.a.predictions.drop[1]", "'card' is listed twice")]
    [InlineData("hash: [card, card]", "models.a.predictions.hash[1]", "'card' is listed twice")]
    [InlineData("drop: [card], hash: [name, card]", "models.a.predictions.hash[1]", "'card' is also dropped")]
    [InlineData("sample: 100.5", "models.a.predictions.sample", "not between 0 and 100")]
    [InlineData("sample: 0.001", "models.a.predictions.sample", "more than 2 decimal places")]
    public void A_fault_of_a_model_has_its_position(string model, string path, string message)
    {
        var fault = Assert.Single(Check(model, $"hashKey: '{Key}'"));
        Assert.Equal("modelserving:" + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }

    [Fact]
    public void A_name_has_a_limit_and_so_has_their_number()
    {
        Assert.Contains(
            "the limit is 200", Assert.Single(Check($"drop: [{new string('a', 201)}]", "mode: process")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "there are 101 names",
            Assert.Single(Check($"drop: [{string.Join(',', Enumerable.Range(1, 101).Select(static i => $"a{i}"))}]", "mode: disk")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Hashes_need_a_key()
    {
        var fault = Assert.Single(Check("hash: [card]", "mode: process"));
        Assert.Equal("modelserving:models.a.predictions.hash", fault.Path);
        Assert.Contains("hashes need a key; set predictions.hashKey", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Check("hash: [card]", $"hashKey: '{Key}'"));
        Assert.Empty(Check("hash: [card]", "hashKey: { secure: v1:x }"));
    }

    [Theory]
    [InlineData("mode: fast", "predictions.mode", "'fast' is not process, disk or off")]
    [InlineData("whenFull: wait", "predictions.whenFull", "'wait' is not serve or refuse")]
    [InlineData("spoolBytes: 1048575", "predictions.spoolBytes", "not between 1048576 and 1099511627776")]
    [InlineData("spoolBytes: 1e9", "predictions.spoolBytes", "is not a whole number")]
    [InlineData("retentionDays: 0", "predictions.retentionDays", "not between 1 and 3650")]
    [InlineData("hashKey: 0123456789", "predictions.hashKey", "this is not 64 hexadecimal digits")]
    [InlineData("hashKey: ''", "predictions.hashKey", "this is empty")]
    public void A_fault_of_the_log_has_its_position_and_shows_no_secret(string log, string path, string message)
    {
        var fault = Assert.Single(Check("drop: []", log));
        Assert.Equal("modelserving:" + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", fault.Message.Replace("1048576", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }

    [Fact]
    public void A_key_in_plain_text_is_for_one_machine_only()
    {
        var yaml = $"config: {{ modelserving:models: {{}}, modelserving:predictions: {{ hashKey: '{Key}' }} }}";
        Assert.Equal(Key, StackFile.Parse(yaml).File!.Settings.Predictions.HashKey!.Reveal());
        Assert.Contains(
            StackFile.Parse(yaml, cloud: true).Faults,
            static fault => fault.Path == "modelserving:predictions.hashKey"
                && fault.Message.Contains("this secret is in plain text", StringComparison.Ordinal)
                && !fault.Message.Contains(Key, StringComparison.Ordinal));
    }

    private static IReadOnlyList<SettingsFault> Check(string model, string log)
    {
        var (file, faults) = StackFile.Parse(
            $"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }}, predictions: {{ {model} }} }} }}, "
            + $"modelserving:predictions: {{ {log} }} }}");
        return file is null ? faults : file.Check();
    }
}
