using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelServing.Clients;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Functions.Listener;
using ModelServing.Functions.TrafficSplitter;
using ModelServing.Rollout.Journal;
using ModelServing.Rollout.Splitting;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Routing;
using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Functions.TrafficSplitter;

/// <summary>Both modes pick the same variant: the function by what the routers publish, and the router by itself.</summary>
public sealed class SameVariantTests
{
    private const string Header = "X-Customer";
    private const string Claim = "sub";

    [Fact]
    public void For_random_plans_histories_clients_and_keys()
    {
        var random = new Random(18);
        var (assigned, moved, unserved) = (0, 0, 0);
        for (var round = 0; round < 400; round++)
        {
            var rollout = SomeRollout(random);
            var plan = new PlanDocument { Schema = PlanDocument.CurrentSchema, Rollouts = new() { [SomeEvents.Fraud] = rollout } };
            var (state, decided) = SomeHistory(random, rollout);
            var table = RoutingTable.Build(
                plan,
                new EndpointsDocument { Schema = EndpointsDocument.CurrentSchema, Endpoints = [] },
                null,
                new UpstreamCalls(),
                TimeProvider.System,
                _ => state is null
                    ? null
                    : decided.Aggregate(state, static (known, next) => known.Apply(next with { Seq = known.LastSeq + 1 })));
            var published = new PublishedRollouts
            {
                Time = SomeEvents.Noon,
                PlanSince = SomeEvents.Noon,
                Plan = plan,
                States = state is null ? new Dictionary<ModelName, JournalState>() : new() { [SomeEvents.Fraud] = state },
                Decided = state is null ? [] : decided,
            };
            var known = KnownRollouts.Join([PublishedRollouts.Parse(published.ToBytes())], SomeEvents.Noon);
            for (var i = 0; i < 50; i++)
            {
                var (headers, client) = SomeCaller(random);
                var requestId = Ulid.NewUlid().ToString();
                var context = new DefaultHttpContext();
                context.Request.Method = "POST";
                foreach (var (name, value) in headers)
                    context.Request.Headers[name] = value;
                var inRouter = RequestRouting.Find(context, "/v2/models/fraud/infer", table, client, requestId);
                var target = SplitTarget.Read(new GatewayRequest("POST", "/v2/models/fraud/infer"), headers)!;
                var inFunction = AssignedRequest.Create(target, headers, known, requestId);
                if (inRouter.Problem is not null)
                {
                    Assert.Equal("condemned-stable", inRouter.Problem.Reason);
                    Assert.Null(inFunction);
                    unserved++;
                    continue;
                }

                var route = inRouter.Request.Route;
                Assert.Equal(
                    (route.Variant, route.Version, route.Revision, route.Trial, inRouter.Request.Key, inRouter.Request.KeyHash),
                    (inFunction!.Name, inFunction.VersionOf(inFunction.Variant), inFunction.Plan.Revision,
                        inFunction.TrialOf(inFunction.Variant), inFunction.Key, inFunction.KeyHash));
                assigned++;
                moved += route.IsStable ? 0 : 1;
            }
        }

        Assert.True(
            assigned > 10_000 && moved > 2_000 && unserved > 50,
            $"{assigned} assigned, {moved} beside stable, {unserved} unserved");
    }

    private static RolloutPlan SomeRollout(Random random)
    {
        var arms = random.Next(0, 4);
        var weights = Enumerable.Range(0, arms).Select(_ => random.Next(0, PlanDocument.Buckets / Math.Max(1, arms))).ToList();
        var variants = weights.Select((weight, i) => ($"arm{i}", i + 2, weight))
            .Append((VariantPlan.Stable, 1, PlanDocument.Buckets - weights.Sum())).ToArray();
        var rollout = SomeEvents.Plan($"r{random.Next(3)}", variants);
        return random.Next(3) switch
        {
            0 => rollout with { RoutingKeyHeader = Header },
            1 => rollout with { RoutingKeyClaim = Claim },
            _ => rollout,
        };
    }

    private static (JournalState? State, IReadOnlyList<RolledBackEvent> Decided) SomeHistory(Random random, RolloutPlan rollout)
    {
        if (random.Next(10) == 0)
            return (null, []);
        var events = new List<JournalEvent>();
        var trials = new Dictionary<int, int>();
        for (var i = random.Next(0, 8); i > 0; i--)
        {
            var version = random.Next(1, 5);
            events.Add(random.Next(4) switch
            {
                0 => SomeEvents.RolledBack(version, trials.GetValueOrDefault(version, 1)),
                1 => SomeEvents.Reset(version, trials[version] = trials.GetValueOrDefault(version, 1) + 1),
                2 => SomeEvents.Started(rollout),
                // The same revision with other weights moves buckets.
                _ => SomeEvents.Started(SomeRollout(random) is var other && other.Variants.Count == rollout.Variants.Count
                    ? other with { Revision = rollout.Revision }
                    : rollout),
            });
        }

        var state = JournalState.Empty(SomeEvents.Fraud).Apply(SomeEvents.Numbered(events));
        return (state, random.Next(4) == 0 ? [SomeEvents.RolledBack(2, state.TrialOf(new ModelVersion(2))) with { Seq = 1 }] : []);
    }

    private static (Dictionary<string, string> Headers, Client Client) SomeCaller(Random random)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (random.Next(2) == 0)
            headers[Header] = random.Next(3) == 0 ? "Z\u00fcrich \u00ff" : $"customer {random.Next()}";
        if (random.Next(2) == 0)
            return (headers, Client.Anonymous);
        var claims = random.Next(4) switch
        {
            0 => "{}",
            1 => $$"""{"sub":{{random.Next()}}}""",
            2 => """{"sub":"Z\u00fcrich \u65e5\u672c"}""",
            _ => $$"""{"sub":"user {{random.Next()}}"}""",
        };
        headers["Authorization"] = $"Bearer e30.{Encoding.ASCII.GetString(Base64Url.EncodeToUtf8(Encoding.UTF8.GetBytes(claims)))}.c2ln";
        return (headers, new Client("someone", ClientRole.Caller, JsonElement.Parse(claims)));
    }
}
