using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.FirstRuns;
using ModelServing.Registry.Safety;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Registry.Safety;

/// <summary>The check of stored artifacts, on every kind of store.</summary>
public abstract class ArtifactCheckTests : IAsyncLifetime
{
    private static readonly ModelName Fraud = ModelName.Parse("fraud");
    private static readonly ModelVersion One = new(1);
    private static readonly byte[] Good = SomeOnnx.Linear(3, 1);

    private readonly SetTime time = new();
    private TestedStore store = null!;

    public async ValueTask InitializeAsync() => store = await MakeAsync();

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_good_artifact_is_accepted_and_the_verdict_is_stored_beside_it()
    {
        Store(Good);
        var @checked = await CheckAsync();
        Assert.True(@checked.IsNew);
        var verdict = Verdict.Parse(store.Get("verdicts/fraud/1.json"));
        Assert.Equal(
            (VerdictOutcome.Accepted, "tests", time.Now, ArtifactRules.Version),
            (verdict.Outcome, verdict.CheckedBy, verdict.CheckedAt, verdict.Rules));
        Assert.Equal(Sha256Digest.Compute(store.Get("models/fraud/1/manifest.json")), verdict.ManifestDigest);
        Assert.Empty(verdict.Findings);
        Assert.Equal(verdict.ToUtf8(), @checked.Verdict.ToUtf8());
    }

    [Fact]
    public async Task Every_unsafe_model_is_refused_with_its_finding()
    {
        // OnnxInspectionTests reads the large ones. This test is about the path through the store.
        foreach (var model in SomeUnsafeOnnx.All.Where(static each => each.Bytes.Length < 100_000))
        {
            Store(model.Bytes);
            var verdict = (await CheckAsync()).Verdict;
            Assert.Equal(VerdictOutcome.Refused, verdict.Outcome);
            Assert.Contains(verdict.Findings, finding => finding.Code == model.Code);
            Assert.Equal(verdict.ToUtf8(), store.Get("verdicts/fraud/1.json"));
        }
    }

    [Fact]
    public async Task An_artifact_that_differs_from_its_manifest_is_refused()
    {
        await RefusedAsync(() => Store(Good, static m => m with { Digest = "sha256:" + new string('0', 64) }), FindingCode.ArtifactDigest);
        await RefusedAsync(() => Store(Good, static m => m with { Size = m.Size + 1 }), FindingCode.ArtifactSize);
        await RefusedAsync(() => Store(Good, static m => m with { Inputs = [] }), FindingCode.ManifestInterface);
        await RefusedAsync(
            () => Store(Good, static m => m with { Outputs = [new TensorInfo("y", Datatype.Fp64, [-1, 1])] }),
            FindingCode.ManifestInterface);
        await RefusedAsync(
            () => Store(Good, static m => m with { Outputs = [new TensorInfo("z", Datatype.Fp32, [-1, 1])] }),
            FindingCode.ManifestInterface);
        await RefusedAsync(
            () => Store(Good, static m => m with { Inputs = [new TensorInfo("x", Datatype.Fp32, [-1, 4])] }),
            FindingCode.ManifestInterface);
        await RefusedAsync(() => Store(Good, static m => m with { Version = new ModelVersion(2) }), FindingCode.ManifestUnreadable);
        await RefusedAsync(() => store.Set("models/fraud/1/manifest.json", "{"u8.ToArray()), FindingCode.ManifestUnreadable);
        await RefusedAsync(() => store.Set("models/fraud/1/manifest.json", new byte[Manifest.MaxBytes + 1]), FindingCode.ManifestSize);
        await RefusedAsync(
            () =>
            {
                Store(Good);
                store.Remove("models/fraud/1/model.onnx");
            },
            FindingCode.ArtifactMissing);
        Store(Good);
        Assert.Equal(
            [FindingCode.ArtifactSize],
            (await CheckAsync(new ArtifactLimits { ModelBytes = Good.Length - 1 })).Verdict.Findings.Select(static f => f.Code));
    }

    [Fact]
    public async Task A_repeated_check_writes_nothing_and_gives_the_same_verdict()
    {
        Store(SomeUnsafeOnnx.Changed(static m => m.Graph.Node[0].Domain = "custom"));
        var first = await CheckAsync();
        time.Now += TimeSpan.FromHours(1);
        var second = await CheckAsync();
        Assert.Equal((true, false), (first.IsNew, second.IsNew));
        Assert.Equal(first.Verdict.ToUtf8(), second.Verdict.ToUtf8());
    }

    [Fact]
    public async Task A_verdict_about_other_bytes_or_from_older_rules_is_replaced_and_one_from_newer_rules_stays()
    {
        Store(SomeUnsafeOnnx.Changed(static m => m.Graph.Node[0].Domain = "custom"));
        await CheckAsync();
        Store(Good);
        var good = await CheckAsync();
        Assert.Equal((true, VerdictOutcome.Accepted), (good.IsNew, good.Verdict.Outcome));

        var verdict = good.Verdict with { Rules = ArtifactRules.Version - 1 };
        store.Set("verdicts/fraud/1.json", verdict.ToUtf8());
        Assert.True((await CheckAsync()).IsNew);
        var newer = verdict with
        {
            Rules = ArtifactRules.Version + 1,
            Outcome = VerdictOutcome.Refused,
            Findings = [new Finding("new-rule", "graph", "it is unsafe by a newer rule")],
        };
        store.Set("verdicts/fraud/1.json", newer.ToUtf8());
        var kept = await CheckAsync();
        Assert.Equal((false, VerdictOutcome.Refused), (kept.IsNew, kept.Verdict.Outcome));
        store.Set("verdicts/fraud/1.json", "not a verdict"u8.ToArray());
        Assert.True((await CheckAsync()).IsNew);
    }

    [Fact]
    public async Task A_version_without_a_manifest_has_no_verdict()
    {
        store.Set("models/fraud/1/model.onnx", Good);
        var e = await Assert.ThrowsAsync<RegistryException>(() => CheckAsync());
        Assert.Equal(RegistryError.NotFound, e.Error);
        Assert.Equal(["models/fraud/1/model.onnx"], store.Keys);
    }

    [Fact]
    public async Task The_registry_returns_the_verdict_while_the_manifest_is_the_same()
    {
        var registry = new ModelRegistry(store.Open(), time);
        Store(Good);
        Assert.Null(await registry.FindVerdictAsync(Fraud, One, default));
        await CheckAsync();
        Assert.Equal(VerdictOutcome.Accepted, (await registry.FindVerdictAsync(Fraud, One, default))!.Outcome);
        Store(Good, static m => m with { Labels = new Dictionary<string, string> { ["a"] = "b" } });
        Assert.Null(await registry.FindVerdictAsync(Fraud, One, default));
    }

    /// <summary>Creates an empty store.</summary>
    protected abstract ValueTask<TestedStore> MakeAsync();

    protected TestedStore Tested => store;

    [Fact]
    public async Task A_first_run_is_made_of_what_the_rules_accept_and_its_finding_is_in_the_verdict()
    {
        Store(Good);
        var (runs, result) = (0, new FirstRunResult());
        var check = new ArtifactCheck(store.Open(), time, "tests", firstRun: async (manifest, model, cancellation) =>
        {
            runs++;
            Assert.Equal(manifest.Digest, await Sha256Digest.ComputeAsync(model, cancellation));
            return result;
        });
        Assert.Equal(VerdictOutcome.Accepted, (await VerdictAsync(check)).Outcome);

        result = new FirstRunResult { Unknown = "it has little memory" };
        var verdict = await VerdictAsync(check);
        Assert.Equal((VerdictOutcome.Accepted, "it has little memory"), (verdict.Outcome, verdict.Untried));
        Assert.Equal("it has little memory", Verdict.Parse(verdict.ToUtf8()).Untried);

        result = new FirstRunResult { Finding = new Finding(FindingCode.Runtime, "model.onnx", "no") };
        Assert.Equal(FindingCode.Runtime, Assert.Single((await VerdictAsync(check)).Findings).Code);
        Assert.Equal(3, runs);
        // A check without a first run does not take back what one has found.
        Assert.Equal(VerdictOutcome.Refused, (await CheckAsync()).Verdict.Outcome);

        Store(Good, static m => m with { Digest = "sha256:" + new string('0', 64) });
        Assert.Equal(FindingCode.ArtifactDigest, Assert.Single((await VerdictAsync(check)).Findings).Code);
        Assert.Equal(3, runs);

        static async Task<Verdict> VerdictAsync(ArtifactCheck check) =>
            (await check.CheckAsync(Fraud, One, TestContext.Current.CancellationToken)).Verdict;
    }

    protected Task<CheckedArtifact> CheckAsync(ArtifactLimits? limits = null) =>
        new ArtifactCheck(store.Open(), time, "tests", limits).CheckAsync(Fraud, One, TestContext.Current.CancellationToken);

    protected void Store(byte[] onnx, Func<Manifest, Manifest>? change = null)
    {
        foreach (var (key, content) in SomeArtifact.Objects(Fraud, One, onnx, change))
            store.Set(key, content);
    }

    protected async Task RefusedAsync(Action arrange, string code)
    {
        arrange();
        var verdict = (await CheckAsync()).Verdict;
        Assert.Equal(VerdictOutcome.Refused, verdict.Outcome);
        Assert.Contains(code, verdict.Findings.Select(static f => f.Code));
    }
}
