using System.Text;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Safety;
using ModelServing.Stacks;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>A run refuses to put a version into a pool that its check has refused.</summary>
[Collection(nameof(OneAtATime))]
public sealed class PooledVerdictsTests
{
    private const string Key = "verdicts/fraud/2.json";
    private const string Pooled = "fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, pods: { pool: small } }";

    [Fact]
    public async Task A_refused_version_fails_the_run_and_its_setting_is_named()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(Pooled, VerdictOutcome.Refused));
        Assert.Contains(
            "modelserving:models.fraud.canary.version: version 2 of fraud is refused: the operator is not allowed. The pool small would be "
            + "ready without it.",
            failure.ToString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("models.fraud.stable.version", failure.ToString(), StringComparison.Ordinal);
    }

    // Pods of its own are never ready, which stops the apply.
    [Theory]
    [InlineData(Pooled, VerdictOutcome.Accepted, true)]
    [InlineData(Pooled, VerdictOutcome.Refused, false)]
    [InlineData(SomeStack.Canary, VerdictOutcome.Refused, true)]
    public async Task Accepted_versions_verdicts_about_other_bytes_and_versions_with_pods_of_their_own_pass(
        string models, VerdictOutcome outcome, bool isOfManifest) => await RunAsync(models, outcome, isOfManifest);

    [Fact]
    public async Task A_version_without_a_verdict_and_one_with_an_unknown_verdict_pass()
    {
        await StackRendering.RunAsync(new SomeCloud(true, SomeStack.Published), Online(Pooled), "some", isPreview: false);
        await StackRendering.RunAsync(
            new SomeCloud(true, [.. SomeStack.Published, Key])
            {
                Contents = new Dictionary<string, string>(SomeArtifacts.Contents()) { [Key] = """{ "schema": 2 }""" },
            },
            Online(Pooled),
            "some",
            isPreview: false);
    }

    private static Task<RenderedStack> RunAsync(string models, VerdictOutcome outcome, bool isOfManifest = true)
    {
        var contents = new Dictionary<string, string>(SomeArtifacts.Contents());
        var manifest = Encoding.UTF8.GetBytes(isOfManifest ? contents["models/fraud/2/manifest.json"] : "other");
        var verdict = new Verdict
        {
            Schema = Verdict.CurrentSchema,
            Model = ModelName.Parse("fraud"),
            Version = new ModelVersion(2),
            ManifestDigest = Sha256Digest.Compute(manifest),
            Outcome = outcome,
            Rules = 1,
            Findings = outcome == VerdictOutcome.Refused ? [new Finding("operator", "Where", "the operator is not allowed")] : [],
            MoreFindings = 0,
            CheckedAt = DateTimeOffset.UnixEpoch,
            CheckedBy = "ModelLoader",
        };
        contents[Key] = Encoding.UTF8.GetString(verdict.ToUtf8());
        return StackRendering.RunAsync(
            new SomeCloud(true, [.. SomeStack.Published, Key]) { Contents = contents }, Online(models), "some", isPreview: false);
    }

    private static StackConfiguration Online(string models) => SomeStack.Online(SomeStack.File(models, more: SomeStack.Pool));
}
