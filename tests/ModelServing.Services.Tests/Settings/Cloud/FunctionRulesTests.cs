using ModelServing.Settings;

namespace ModelServing.Services.Tests.Settings.Cloud;

/// <summary>The rules of functions, alarms and the prediction store that involve more than one value.</summary>
public class FunctionRulesTests
{
    [Theory]
    [InlineData("functions: { memoryInMbs: 300 }", "functions.memoryInMbs", "300 is not one of 128, 256, 512, 1024, 2048, 3072")]
    [InlineData("functions: { loaderMemoryInMbs: 3000 }", "functions.loaderMemoryInMbs", "3000 is not one of")]
    [InlineData(
        "functions: { provisionedConcurrency: 5 }",
        "functions.provisionedConcurrency",
        "5 is not a multiple of 10, the number that OCI keeps ready at a time with 512 MB")]
    [InlineData(
        "functions: { memoryInMbs: 128, provisionedConcurrency: 60 }",
        "functions.provisionedConcurrency",
        "60 is not a multiple of 40")]
    [InlineData("functions: { timeout: 7.5s }", "functions.timeout", "must be a whole number of seconds")]
    [InlineData("functions: { loaderTimeout: 7.5s }", "functions.loaderTimeout", "must be a whole number of seconds")]
    [InlineData("functions: { logDays: 45 }", "functions.logDays", "45 is not one of 30, 60, 90, 120, 150, 180")]
    [InlineData("alarms: { emails: [a@b.example, c@b.example, A@B.example] }", "alarms.emails[2]", "A@B.example is listed twice")]
    [InlineData(
        "alarms: { emails: [0@b.example, 1@b.example, 2@b.example, 3@b.example, 4@b.example, 5@b.example, 6@b.example, "
        + "7@b.example, 8@b.example, 9@b.example] }",
        "alarms.emails",
        "there are 10 addresses; the limit is 9")]
    [InlineData(
        "predictionStore: { exportDays: 29 }",
        "predictionStore.exportDays",
        "records are kept for 30 days, and their large tensors for 29")]
    public void A_value_that_OCI_does_not_offer_is_reported_with_its_position(string settings, string path, string message) =>
        FoundationFile.AssertFault(FoundationFile.Text(settings), path, message);

    [Theory]
    [InlineData("functions: { timeout: 301s }", "longer than 300s")]
    [InlineData("functions: { timeout: 4s }", "shorter than 5s")]
    [InlineData("functions: { provisionedConcurrency: -10 }", "-10")]
    [InlineData("alarms: { emails: [oncall] }", "'oncall' is not an e-mail address")]
    [InlineData("alarms: { emails: ['on call@example.com'] }", "is not an e-mail address")]
    public void A_rule_of_one_value_is_checked_when_the_file_is_read(string settings, string message)
    {
        var (_, faults) = StackFile.Parse(FoundationFile.Text(settings), cloud: true);
        Assert.Contains(message, Assert.Single(faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "functions: { memoryInMbs: 128, provisionedConcurrency: 80, timeout: 300s, loaderTimeout: 5s, logDays: 180, dryRun: true }")]
    [InlineData("functions: { memoryInMbs: 256, provisionedConcurrency: 20 }")]
    [InlineData("alarms: { emails: [on-call+ml@example.co.uk] }")]
    public void Valid_settings_have_no_fault(string settings) => Assert.Empty(FoundationFile.Check(FoundationFile.Text(settings)));
}
