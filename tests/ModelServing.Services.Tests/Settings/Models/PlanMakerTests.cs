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
        Gen.Shuffle((int[])[0, 1, 2, 3]).SelectMany(models => Gen.Shuffle((int[])[0, 1, 2, 3]).Select(keys => (models, keys))).Sample(order =>
        {
            string[] names = ["fraud", "a", "a-b", "zz9"];
            string[] keys = ["stable: { version: 1 }", "canary: { percent: \"5\", version: 2 }", "deadline: 0.25s", "routingKey: { header: X-Customer }"];
            string[] plain = ["stable: { version: 1 }", "canary: { version: 2, percent: 5.00 }", "deadline: 250ms", "routingKey: { header: X-Customer }"];
            Assert.Equal(Plan(Text([0, 1, 2, 3], [0, 1, 2, 3], plain)), Plan(Text(order.models, order.keys, keys)));

            string Text(int[] models, int[] settings, string[] lines) => "config:\n  modelserving:models:\n" + string.Concat(
                models.Select(m => $"    {names[m]}:\n" + string.Concat(settings.Select(s => $"      {lines[s]}\n"))));
        });

    [Theory]
    [InlineData("percent: 5", "percent: 50")]
    [InlineData("percent: 5", "percent: 0")]
    [InlineData("percent: 5", "percent: 100")]
    [InlineData("deadline: 1s", "deadline: 2s")]
    [InlineData("header: X-Customer", "header: X-Account")]
    public void What_moves_weights_deadline_or_key_keeps_the_revision(string part, string instead) => Assert.Equal(Revision(part, part), Revision(part, instead));

    [Theory]
    [InlineData("version: 1", "version: 3")]
    [InlineData("version: 2", "version: 3")]
    [InlineData("fraud:", "fraud2:")]
    [InlineData("canary: { version: 2, percent: 5 }", "")]
    public void Another_model_or_version_is_another_revision(string part, string instead) => Assert.NotEqual(Revision(part, part), Revision(part, instead));

    [Fact]
    public void An_experiment_has_its_arms_in_the_order_of_their_names_and_stable_what_they_leave()
    {
        var rollout = Rollout("churn: { stable: { version: 7 }, attemptLimit: 1s, routingKey: { claim: sub }, experiment: { name: q4, arms: { treatment: { version: 8, percent: 50 }, b: { version: 9, percent: 0.5 } } } }");
        Assert.Equal([new("b", new ModelVersion(9), 50), new("treatment", new ModelVersion(8), 5000), new(VariantPlan.Stable, new ModelVersion(7), 4950)], rollout.Variants);
        Assert.Equal(("q4", "sub", null, 1000), (rollout.Experiment, rollout.RoutingKeyClaim, rollout.RoutingKeyHeader, rollout.AttemptLimitMilliseconds));
        // Of "churn\nb=9\nstable=7\ntreatment=8\n": an experiment's name is not in it.
        Assert.Equal(Rollout("churn: { stable: { version: 7 }, experiment: { name: q5, arms: { b: { version: 9, percent: 1 }, treatment: { version: 8, percent: 2 } } } }").Revision, rollout.Revision);
        Assert.NotEqual(Rollout("churn: { stable: { version: 7 }, experiment: { name: q4, arms: { b: { version: 8, percent: 1 }, treatment: { version: 9, percent: 2 } } } }").Revision, rollout.Revision);

        static RolloutPlan Rollout(string model) => PlanDocument.Parse(Encoding.UTF8.GetBytes(Plan($"config: {{ modelserving:models: {{ {model} }} }}"))).Rollouts.Single().Value;
    }

    [Fact]
    public void Without_a_variant_beside_stable_there_is_no_guard_and_no_limit()
    {
        var rollout = PlanDocument.Parse(Encoding.UTF8.GetBytes(Plan("config: { modelserving:models: { a: { stable: { version: 1 }, guard: { tolerance: 2 }, attemptLimit: 1s } } }"))).Rollouts.Single().Value;
        Assert.Equal((null, null), (rollout.Guard, rollout.AttemptLimitMilliseconds));
    }

    [Fact]
    public void What_is_kept_warm_stands_in_the_plan_in_order_and_makes_no_other_revision()
    {
        static RolloutPlan Make(string keepWarm) =>
            PlanDocument.Parse(Encoding.UTF8.GetBytes(Plan($"config: {{ modelserving:models: {{ fraud: {{ stable: {{ version: 2 }}, keepWarm: {keepWarm} }} }} }}"))).Rollouts.Single().Value;

        Assert.Equal([new ModelVersion(1), new ModelVersion(4)], Make("[4, 1]").KeptWarm);
        Assert.Equal(Make("[]").Revision, Make("[4, 1]").Revision);
        Assert.Null(Make("[]").KeptWarm);
    }

    [Fact]
    public void Every_rollout_of_checked_settings_has_a_plan_that_routers_take() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[1, 600_000], Gen.Int[1, 99], Gen.Int[100, 199], Gen.Bool, Gen.Bool).Sample((weight, deadline, stable, canary, hasCanary, hasKey) =>
        {
            var model = new ModelSettings
            {
                Stable = new StableSettings { Version = new ModelVersion(stable) },
                Canary = hasCanary ? new CanarySettings { Version = new ModelVersion(canary), Percent = Percent.FromHundredths(weight) } : null,
                RoutingKey = hasKey ? new RoutingKeySettings { Header = HeaderName.Parse("X-Customer") } : null,
                Deadline = TimeSpan.FromMilliseconds(deadline),
            };
            var bytes = PlanMaker.Make(new Dictionary<ModelName, ModelSettings> { [ModelName.Parse("fraud")] = model }).ToUtf8();
            var plan = PlanDocument.Parse(bytes);
            var rollout = Assert.Single(plan.Rollouts).Value;
            Assert.Equal(deadline, rollout.DeadlineMilliseconds);
            Assert.Equal(hasKey ? "X-Customer" : null, rollout.RoutingKeyHeader);
            Assert.Equal(new VariantPlan(VariantPlan.Stable, new ModelVersion(stable), PlanDocument.Buckets - (hasCanary ? weight : 0)), rollout.Stable);
            if (hasCanary)
                Assert.Equal(new VariantPlan(VariantPlan.Canary, new ModelVersion(canary), weight), rollout.Variants[0]);
            Assert.Equal(bytes, plan.ToUtf8());
        });

    [Fact]
    public void No_models_are_a_plan_without_rollouts() => Assert.Equal("{\n  \"schema\": 1,\n  \"rollouts\": {}\n}\n", Plan("config: { modelserving:models: {} }"));

    private static string Revision(string part, string instead)
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
        return PlanDocument.Parse(Encoding.UTF8.GetBytes(Plan(Text.Replace(part, instead, StringComparison.Ordinal)))).Rollouts.Single().Value.Revision;
    }

    private static string Plan(string yaml)
    {
        var (file, faults) = StackFile.Parse(yaml);
        Assert.Empty(faults);
        return Encoding.UTF8.GetString(PlanMaker.Make(file!.Settings.Models).ToUtf8());
    }
}
