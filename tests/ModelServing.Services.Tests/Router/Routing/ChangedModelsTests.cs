using System.Net;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Rollout.Journal;
using ModelServing.Router.Forwarding.Wire;
using ModelServing.Router.Metrics;
using ModelServing.Router.Rollouts;
using ModelServing.Router.Rollouts.Board;
using ModelServing.Router.Routing;
using ModelServing.Router.Sources;
using ModelServing.Services.Tests.Journal;

namespace ModelServing.Services.Tests.Router.Routing;

/// <summary>A table that is built from the one before looks only at the models that may have changed. It must be the table that looking at
/// all models leads to.</summary>
public class ChangedModelsTests
{
    // With so many names, the versions cross the number from which on metrics name none, again and again.
    private const int Names = 120;

    private readonly UpstreamCalls calls = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_changes_the_next_table_is_that_of_looking_at_all_models(int seed)
    {
        var random = new Random(seed);
        var (board, reader, series) = (new RolloutBoard(isJournaled: true), new PlanReader(), new NamedSeries());
        var endpoints = EndpointsOf(random);
        var update = reader.Read(ManyModels.Plan(98).ToUtf8());
        RoutingTable? table = null;
        var (few, renamed) = (0, 0);
        for (var step = 0; step < 400; step++)
        {
            switch (random.Next(14))
            {
                case < 4:
                    update = reader.Read(Edit(update.Plan, random).ToUtf8());
                    break;
                case 4:
                    // One that is read and never applied.
                    _ = reader.Read(Edit(update.Plan, random).ToUtf8());
                    update = reader.Read(Edit(update.Plan, random).ToUtf8());
                    break;
                case < 8:
                    Happen(board, random);
                    break;
                case 8:
                    for (var i = 0; i < 40; i++)
                        Happen(board, random);
                    break;
                case 9:
                    endpoints = EndpointsOf(random);
                    break;
                case 10:
                    board.Condemn(SomeEvents.RolledBack(2) with { Model = ManyModels.Name(random.Next(Names)) });
                    break;
                case 11:
                    // All at once.
                    update = reader.Read(Edit(update.Plan, random).ToUtf8());
                    Happen(board, random);
                    break;
                case 12:
                    update = reader.Read(Edit(update.Plan, random).ToUtf8());
                    endpoints = EndpointsOf(random);
                    break;
                default:
                    update = reader.Read(update.Plan.ToUtf8());
                    break;
            }

            var changed = update.ChangedSince(table?.Plan);
            var next = Build(update.Plan, table, changed);
            Assert.Equal(TextOf(Build(update.Plan, table, null)), TextOf(next));
            Assert.Equal(TextOf(Build(update.Plan, null, null)), TextOf(next));
            few += changed?.Count < 5 ? 1 : 0;
            renamed += table is not null && table.Models.First().IsNamed != next.Models.First().IsNamed ? 1 : 0;
            table = next;
        }

        Assert.True(few > 200, $"{few} tables");
        Assert.True(renamed > 2, $"{renamed} tables");

        RoutingTable Build(PlanDocument plan, RoutingTable? previous, IReadOnlyList<ModelName>? changed) => RoutingTable.Build(
            plan, endpoints, previous, calls, TimeProvider.System, board.View.StateOf, series: series, changed: changed);
    }

    [Fact]
    public void A_changed_weight_takes_about_as_much_memory_with_five_thousand_models_as_with_ten()
    {
        var (few, many, inText) = (AllocatedBy(10), AllocatedBy(5000), AllocatedBy(5000, isCompressed: false));
        Assert.True(Math.Max(many, inText) <= 2 * few, $"{few} bytes with 10 models, {many} with 5,000, {inText} with these in a text");
    }

    private long AllocatedBy(int models, bool isCompressed = true)
    {
        var (reader, board) = (new PlanReader(), new RolloutBoard(isJournaled: true));
        var plan = ManyModels.Plan(models);
        var update = reader.Read(Bytes(plan));
        var table = Build(update, null);
        var all = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            var bytes = Bytes(plan.WithWeight(models / 2, 600 + i));
            var before = GC.GetAllocatedBytesForCurrentThread();
            update = reader.Read(bytes);
            table = Build(update, table);
            all.Add(GC.GetAllocatedBytesForCurrentThread() - before);
            board.Update(State(board, SomeEvents.Started(ManyModels.Rollout(600 + i)) with { Model = ManyModels.Name(models / 2) }));
            before = GC.GetAllocatedBytesForCurrentThread();
            table = Build(update, table);
            all[^1] += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return all.Order().ElementAt(all.Count / 2);

        byte[] Bytes(PlanDocument some) => isCompressed ? PlanBlocks.Compress(some.ToUtf8()) : some.ToUtf8();

        RoutingTable Build(PlanUpdate next, RoutingTable? previous) => RoutingTable.Build(
            next.Plan,
            EndpointsDocument.None,
            previous,
            calls,
            TimeProvider.System,
            board.View.StateOf,
            changed: next.ChangedSince(previous?.Plan));
    }

    private static PlanDocument Edit(PlanDocument plan, Random random)
    {
        var number = random.Next(Names);
        var rollouts = new RolloutDictionary(plan.Rollouts);
        if (random.Next(10) == 0)
            rollouts.Remove(ManyModels.Name(number));
        else if (random.Next(10) == 0)
            rollouts[ManyModels.Name(number)] = SomePlan.Stable(random.Next(1, 4)).Rollouts[SomePlan.Model];
        else
            rollouts[ManyModels.Name(number)] = ManyModels.Rollout(random.Next(10_000));
        return plan with { Rollouts = rollouts };
    }

    private static void Happen(RolloutBoard board, Random random)
    {
        var model = ManyModels.Name(random.Next(Names));
        JournalEvent next = random.Next(3) switch
        {
            0 => SomeEvents.Started(ManyModels.Rollout(random.Next(10_000))) with { Model = model },
            1 => SomeEvents.RolledBack(random.Next(1, 3)) with { Model = model },
            _ => SomeEvents.Reset(2) with { Model = model },
        };
        board.Update(State(board, next));
    }

    private static JournalState State(RolloutBoard board, JournalEvent next)
    {
        var state = board.JournaledStateOf(next.Model) ?? JournalState.Empty(next.Model);
        return state.Apply([next with { Seq = state.LastSeq + 1 }]);
    }

    private static EndpointsDocument EndpointsOf(Random random) => EndpointsDocument.None with
    {
        Endpoints =
        [
            .. from number in Enumerable.Range(0, Names)
               where random.Next(3) > 0
               select new EndpointEntry(
                   ManyModels.Name(number),
                   new ModelVersion(random.Next(1, 3)),
                   new IPEndPoint(IPAddress.Loopback, 1000 + number).ToString(),
                   0),
        ],
    };

    private static string TextOf(RoutingTable table) => string.Join(
        '\n',
        [
            .. table.Models.OrderBy(static route => route.Name).Select(TextOf),
            $"reachable {string.Join(' ', table.Reachable.OrderBy(static one => one.Model).ThenBy(static one => one.Version))}",
            $"trials {string.Join(' ', table.Trials.Select(static trial => trial.ToString()).Order(StringComparer.Ordinal))}",
        ]);

    private static string TextOf(ModelRoute route) => string.Join(
        ' ',
        [
            route.Name.Text,
            RolloutDigest.Compute(route.Effective.Planned),
            $"{route.State?.LastSeq} {route.IsNamed}",
            .. route.Effective.Variants.Select(static variant => variant.ToString()),
            .. route.Pinned.OrderBy(static one => one.Version).Select(static one => $"{one.Version}:{one.Endpoints.Count}"),
        ]);
}
