using System.Text;
using CsCheck;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Settings.Models;

public class PlanMakerTests
{
    [Fact]
    public void Settings_give_the_documented_plan()
    {
        var plan = Plan("""
            config:
              modelserving:models:
                scoring:
                  stable: { version: 7 }
                fraud:
                  stable: { version: 1 }
                  canary: { version: 2, percent: 12.5 }
                  guard: { tolerance: "1.50", slowerThan: 50ms, maxErrorRate: 0.05 }
                  routingKey: { header: X-Customer }
                  deadline: 250ms
            """);
        // The revisions are the first 16 digits of the SHA-256 of "fraud\ncanary=2\nstable=1\n" and "scoring\nstable=7\n".
        Assert.Equal(
            """
            {
              "schema": 1,
              "rollouts": {
                "fraud": {
                  "revision": "5030b3d0237afb06",
                  "deadlineMilliseconds": 250,
                  "attemptLimitMilliseconds": 125,
                  "routingKeyHeader": "X-Customer",
                  "guard": {
                    "tolerance": 1.5,
                    "falseAlarm": 0.001,
                    "slowerThanMilliseconds": 50,
                    "maxErrorRate": 0.05,
                    "unreachableForMilliseconds": 60000
                  },
                  "variants": [
                    {
                      "name": "canary",
                      "version": 2,
                      "weight": 1250
                    },
                    {
                      "name": "stable",
                      "version": 1,
                      "weight": 8750
                    }
                  ]
                },
                "scoring": {
                  "revision": "896e5a1196217c57",
                  "deadlineMilliseconds": 10000,
                  "variants": [
                    {
                      "name": "stable",
                      "version": 7,
                      "weight": 10000
                    }
                  ]
                }
              }
            }

            """,
            plan);
    }

    [Fact]
    public void Equal_settings_give_equal_bytes_in_whatever_order_they_are_written() =>
        Gen.Select(Gen.Shuffle((int[])[0, 1, 2, 3]), Gen.Shuffle((int[])[0, 1, 2, 3])).Sample((modelOrder, keyOrder) =>
        {
            string[] names = ["fraud", "a", "a-b", "zz9"];
            const string Stable = "stable: { version: 1 }";
            const string Key = "routingKey: { header: X-Customer }";
            string[] keys = [Stable, "canary: { percent: \"5\", version: 2 }", "deadline: 0.25s", Key];
            string[] plain = [Stable, "canary: { version: 2, percent: 5.00 }", "deadline: 250ms", Key];
            Assert.Equal(Plan(Text([0, 1, 2, 3], [0, 1, 2, 3], plain)), Plan(Text(modelOrder, keyOrder, keys)));

            string Text(int[] models, int[] settings, string[] lines) => "config:\n  modelserving:models:\n" + string.Concat(
                models.Select(m => $"    {names[m]}:\n" + string.Concat(settings.Select(s => $"      {lines[s]}\n"))));
        });

    [Theory]
    [InlineData("percent: 5", "percent: 50")]
    [InlineData("percent: 5", "percent: 0")]
    [InlineData("percent: 5", "percent: 100")]
    [InlineData("deadline: 1s", "deadline: 2s")]
    [InlineData("header: X-Customer", "header: X-Account")]
    public void A_change_of_weight_deadline_or_key_keeps_the_revision(string part, string replacement) =>
        Assert.Equal(Revision(part, part), Revision(part, replacement));

    [Theory]
    [InlineData("version: 1", "version: 3")]
    [InlineData("version: 2", "version: 3")]
    [InlineData("fraud:", "fraud2:")]
    [InlineData("canary: { version: 2, percent: 5 }", "")]
    public void Another_model_or_version_is_another_revision(string part, string replacement) =>
        Assert.NotEqual(Revision(part, part), Revision(part, replacement));

    [Fact]
    public void The_arms_of_an_experiment_are_sorted_by_name_and_stable_gets_the_rest()
    {
        var rollout = Rollout("attemptLimit: 1s, routingKey: { claim: sub }, " + Experiment("q4", "treatment: 8 50", "b: 9 0.5"));
        Assert.Equal(
            [
                new("b", new ModelVersion(9), 50),
                new("treatment", new ModelVersion(8), 5000),
                new(VariantPlan.Stable, new ModelVersion(7), 4950),
            ],
            rollout.Variants);
        Assert.Equal(("q4", 1000), (rollout.Experiment, rollout.AttemptLimitMilliseconds));
        Assert.Equal(("sub", null), (rollout.RoutingKeyClaim, rollout.RoutingKeyHeader));
        // The revision is the digest of "churn\nb=9\nstable=7\ntreatment=8\n". It does not cover the name of the experiment.
        Assert.Equal(Rollout(Experiment("q5", "b: 9 1", "treatment: 8 2")).Revision, rollout.Revision);
        Assert.NotEqual(Rollout(Experiment("q4", "b: 8 1", "treatment: 9 2")).Revision, rollout.Revision);

        static RolloutPlan Rollout(string settings) => RolloutOf($"churn: {{ stable: {{ version: 7 }}, {settings} }}");

        // Each arm is written as NAME: VERSION PERCENT.
        static string Experiment(string name, params string[] arms) =>
            $"experiment: {{ name: {name}, arms: {{ {string.Join(", ", arms.Select(Arm))} }} }}";

        static string Arm(string arm) =>
            arm.Split(' ') is [var name, var version, var percent] ? $"{name} {{ version: {version}, percent: {percent} }}" : "";
    }

    [Fact]
    public void Without_a_variant_beside_stable_there_is_no_guard_and_no_attempt_limit()
    {
        var rollout = RolloutOf("a: { stable: { version: 1 }, guard: { tolerance: 2 }, attemptLimit: 1s }");
        Assert.Equal((null, null), (rollout.Guard, rollout.AttemptLimitMilliseconds));
    }

    [Fact]
    public void Versions_that_are_kept_warm_are_in_the_plan_in_order_and_do_not_change_the_revision()
    {
        Assert.Equal([new ModelVersion(1), new ModelVersion(4)], Make("[4, 1]").KeptWarm);
        Assert.Equal(Make("[]").Revision, Make("[4, 1]").Revision);
        Assert.Null(Make("[]").KeptWarm);

        static RolloutPlan Make(string keepWarm) => RolloutOf($"fraud: {{ stable: {{ version: 2 }}, keepWarm: {keepWarm} }}");
    }

    [Fact]
    public void Every_rollout_of_checked_settings_has_a_plan_that_routers_accept() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[1, 600_000], Gen.Int[1, 99], Gen.Int[100, 199], Gen.Bool, Gen.Bool).Sample(static (
            weight, deadline, stable, canary, hasCanary, hasKey) =>
        {
            var model = new ModelSettings
            {
                Stable = new StableSettings { Version = new ModelVersion(stable) },
                Canary = hasCanary
                    ? new CanarySettings { Version = new ModelVersion(canary), Percent = Percent.FromHundredths(weight) }
                    : null,
                RoutingKey = hasKey ? new RoutingKeySettings { Header = HeaderName.Parse("X-Customer") } : null,
                Deadline = TimeSpan.FromMilliseconds(deadline),
            };
            var bytes = PlanMaker.Make(new Dictionary<ModelName, ModelSettings> { [ModelName.Parse("fraud")] = model }).ToUtf8();
            var plan = PlanDocument.Parse(bytes);
            var rollout = Assert.Single(plan.Rollouts).Value;
            Assert.Equal(deadline, rollout.DeadlineMilliseconds);
            Assert.Equal(hasKey ? "X-Customer" : null, rollout.RoutingKeyHeader);
            var rest = PlanDocument.Buckets - (hasCanary ? weight : 0);
            Assert.Equal(new VariantPlan(VariantPlan.Stable, new ModelVersion(stable), rest), rollout.Stable);
            if (hasCanary)
                Assert.Equal(new VariantPlan(VariantPlan.Canary, new ModelVersion(canary), weight), rollout.Variants[0]);
            Assert.Equal(bytes, plan.ToUtf8());
        });

    [Fact]
    public void Without_models_the_plan_has_no_rollouts() => Assert.Equal(
        "{\n  \"schema\": 1,\n  \"rollouts\": {}\n}\n", Plan("config: { modelserving:models: {} }"));

    private static string Revision(string part, string replacement)
    {
        const string Text = """
            config:
              modelserving:models:
                fraud:
                  stable: { version: 1 }
                  canary: { version: 2, percent: 5 }
                  routingKey: { header: X-Customer }
                  deadline: 1s
            """;
        Assert.Contains(part, Text, StringComparison.Ordinal);
        return OnlyRollout(Text.Replace(part, replacement, StringComparison.Ordinal)).Revision;
    }

    private static RolloutPlan RolloutOf(string model) => OnlyRollout($"config: {{ modelserving:models: {{ {model} }} }}");

    private static RolloutPlan OnlyRollout(string yaml) =>
        PlanDocument.Parse(Encoding.UTF8.GetBytes(Plan(yaml))).Rollouts.Single().Value;

    private static string Plan(string yaml)
    {
        var (file, faults) = StackFile.Parse(yaml);
        Assert.Empty(faults);
        return Encoding.UTF8.GetString(PlanMaker.Make(file!.Settings.Models).ToUtf8());
    }
}
