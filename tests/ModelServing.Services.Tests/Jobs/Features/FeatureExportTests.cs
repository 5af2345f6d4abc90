using System.Globalization;
using CsCheck;
using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Jobs.Features;
using ModelServing.Services.Tests.Features.Engine;
using ModelServing.Services.Tests.Jobs.Readers;

namespace ModelServing.Services.Tests.Jobs.Features;

public sealed class FeatureExportTests
{
    private const int Cards = 4;

    // A row: a card, a time after that of an event or at its known time, and an amount.
    private static readonly Gen<(int Card, int Event, long After, double Amount)[]> Rows = Gen.Select(
        Gen.Int[0, Cards], Gen.Int[0, 59], Gen.OneOf<long>(Gen.Const(0L), Gen.Long[-3600, 14400].Select(static s => s * SomeEvents.Second)),
        Gen.OneOf(Gen.Double[0, 500], Gen.Const(double.NaN))).Array[1, 40];

    // How long after its time an event became known: at once, late, or as a backfill that is logged after later events.
    private static readonly Gen<(int Card, long Known)[]> Arrivals = Gen.Select(
        Gen.Int[0, Cards - 1], Gen.OneOf<long>(Gen.Const(0L), Gen.Long[0, 7200 * SomeEvents.Second])).Array[60];

    [Fact]
    public void Each_row_has_the_features_that_were_known_at_its_time() => Gen.Select(
        SomeViews.All, SomeEvents.InAnyOrder, Arrivals, Rows, Gen.Int[0, 60]).Sample(
        (definition, made, arrivals, rows, shipped) =>
        {
            using var join = new SomeJoin();
            var events = made.Select((one, index) => Arrive(one, arrivals[index])).ToArray();
            // Some are shipped, some are still on the volume.
            Wait(join.AppendAsync(events.Take(shipped), ship: true));
            Wait(join.AppendAsync(events.Skip(shipped), ship: false));
            var asked = rows.Select(row => (row.Card, Time: TimeOf(events, row.Event, row.After), row.Amount)).ToArray();
            var file = join.WriteParquet("label, card_id, time, amount", asked.Select(static (row, index) => string.Create(
                CultureInfo.InvariantCulture, $"('row {index}', {row.Card}::BIGINT, {row.Time}::BIGINT, {SomeJoin.Sql(row.Amount)})")));

            var found = SomeJoin.Query($"SELECT * FROM '{WaitFor(join.ExportAsync(file, [definition]))}'");

            Assert.Equal(asked.Length, found.Count);
            for (var i = 0; i < asked.Length; i++)
            {
                Assert.Equal($"row {i}", found[i]["label"]);
                Assert.Equal((long)asked[i].Card, found[i]["card_id"]);
                var reference = new BruteForce(definition);
                var known = events.Index()
                    .Where(one => one.Item["card_id"].Number == asked[i].Card && one.Item.KnownTime.Microseconds <= asked[i].Time)
                    .OrderBy(static one => one.Item.KnownTime.Microseconds).ThenBy(static one => one.Index);
                foreach (var (_, one) in known)
                    reference.Apply(one);
                var expected = double.IsNaN(asked[i].Amount)
                    ? WithoutAmount(definition, reference, asked[i].Time)
                    : reference.Read(asked[i].Time, asked[i].Amount);
                for (var feature = 0; feature < expected.Length; feature++)
                    Assert.Equal(expected[feature].Bits, BitsOf(found[i][$"card-activity.{definition.Features[feature].Name}"]));
            }
        }, iter: 20, threads: 1);

    [Fact]
    public async Task A_table_in_CSV_has_the_same_rows_as_one_in_Parquet()
    {
        using var join = new SomeJoin();
        await join.AppendAsync(Enumerable.Range(0, 200).Select(static i => Payment(i % 23, i)), ship: true);
        var rows = join.WriteParquet("id, card_id, time, amount", Enumerable.Range(0, 100).Select(
            static i => $"({i}, {i * 7 % 31}, {i * 1_000_000L}::BIGINT, 1.5)"));
        var parquet = SomeJoin.Query($"SELECT * FROM '{await join.ExportAsync(rows, [SomeViews.Everything])}'");
        var csv = await join.ExportAsync(rows, [SomeViews.Everything], "table.csv");
        Assert.StartsWith("id,card_id,time,amount,card-activity.f0,", (await File.ReadAllLinesAsync(csv))[0], StringComparison.Ordinal);
        var types = string.Join(", ", parquet[0].Select(static pair => $"'{pair.Key}': '{TypeOf(pair.Value)}'"));
        var read = SomeJoin.Query($"SELECT * FROM read_csv('{csv}', header = true, types = {{{types}}})");
        Assert.Equal(
            parquet.Select(static row => row.Select(static pair => $"{pair.Key}={pair.Value}")),
            read.Select(static row => row.Select(static pair => $"{pair.Key}={pair.Value}")));

        static string TypeOf(object? value) => value switch
        {
            double or decimal => "DOUBLE",
            string => "VARCHAR",
            bool => "BOOLEAN",
            _ => "BIGINT",
        };
    }

    [Fact]
    public async Task The_shards_together_are_the_whole_table()
    {
        using var join = new SomeJoin();
        await join.AppendAsync(Enumerable.Range(0, 200).Select(static i => Payment(i % 23, i)), ship: true);
        var rows = join.WriteParquet("id, card_id, time, amount", Enumerable.Range(0, 100).Select(
            static i => $"({i}, {i * 7 % 31}, {i * 1_000_000L}::BIGINT, 1.5)"));
        var whole = SomeJoin.Query($"SELECT * FROM '{await join.ExportAsync(rows, [SomeViews.Everything])}' ORDER BY id");
        var parts = new List<Dictionary<string, object?>>();
        for (var i = 0; i < 3; i++)
        {
            var part = SomeJoin.Query(
                $"SELECT * FROM '{await join.ExportAsync(rows, [SomeViews.Everything], $"part{i}.parquet", new EntityShard(i, 3))}'");
            // In the order of the rows.
            Assert.Equal(part.Select(static row => row["id"]).Order(), part.Select(static row => row["id"]));
            Assert.InRange(part.Count, 1, 99);
            parts.AddRange(part);
        }

        Assert.Equal(whole, parts.OrderBy(static row => row["id"]).ToList());
    }

    [Fact]
    public async Task Several_views_with_other_entities_are_joined_in_one_table_with_their_digests()
    {
        var shops = SomeViews.Everything with
        {
            View = ViewName.Parse("shop-activity"),
            Entity = [new NamedType("shop", new FieldType(FieldKind.String)), new NamedType("card_id", new FieldType(FieldKind.Int64))],
            Request = [],
            Features = [SomeViews.Everything.Features[0] with { Name = "payments" }],
        };
        using var join = new SomeJoin();
        await join.AppendAsync(
            Enumerable.Range(0, 10).Select(
                static i => Payment(i % 2, i, new EventField("shop", FieldValue.FromString($"Zoë's, {i % 2}")))),
            ship: false);
        var rows = join.WriteCsv(
            "time,card_id,shop,amount,note\n1970-01-01T00:00:20Z,0,\"Zoë's, 0\",3,\"a \"\"b\"\"\"\n" +
                "1970-01-01 00:00:05+00:00,1,\"Zoë's, 1\",,\n");
        var table = await join.ExportAsync(rows, [SomeViews.Everything, shops]);
        var found = SomeJoin.Query($"SELECT * FROM '{table}'");
        Assert.Equal(["a \"b\"", null], found.Select(static row => row["note"]));
        Assert.Equal([5L, 3L], found.Select(static row => row["card-activity.f0"]));
        Assert.Equal([5L, 3L], found.Select(static row => row["shop-activity.payments"]));
        Assert.Equal(["present", "present"], found.Select(static row => row["card-activity_status"]));
        // Without an amount, it is the default.
        Assert.Equal(-2.0, found[1]["card-activity.expression"]);

        var metadata = SomeJoin.Query(
            $"SELECT decode(value) AS value FROM parquet_kv_metadata('{table}') WHERE decode(key) = '{FeatureExport.MetadataKey}'");
        Assert.Equal(
            $$"""[{"view":"card-activity","version":1,"digest":"{{SomeViews.Everything.Digest}}"},""" +
                $$"""{"view":"shop-activity","version":1,"digest":"{{shops.Digest}}"}]""",
            metadata[0]["value"]);
    }

    [Fact]
    public async Task An_independent_reader_finds_the_same_columns()
    {
        ParquetReading.SkipUnlessInstalled();
        using var join = new SomeJoin();
        await join.AppendAsync([Payment(1, 1)], ship: false);
        var rows = join.WriteParquet("card_id, time, amount", ["(1, TIMESTAMP '1970-01-01 00:00:09', 2.5::DOUBLE)"]);
        var table = await join.ExportAsync(rows, [SomeViews.Everything]);
        foreach (var reading in (ParquetReading[])[ParquetReading.ByDuckDb(table), ParquetReading.ByHyparquet(table)])
        {
            Assert.Equal(["1"], reading.Column("card-activity.f0"));
            Assert.Equal(["present"], reading.Column("card-activity_status"));
        }
    }

    [Fact]
    public async Task An_event_that_is_in_several_places_counts_once_and_a_gap_is_reported()
    {
        using var join = new SomeJoin();
        await join.AppendAsync(Enumerable.Range(0, 5).Select(static i => Payment(1, i)), ship: true);
        await join.AppendAsync(Enumerable.Range(5, 5).Select(static i => Payment(1, i)), ship: true);
        await join.AppendAsync(Enumerable.Range(10, 5).Select(static i => Payment(1, i)), ship: false);
        var segments = Directory.GetFiles(join.Bucket.Combine("events", "0000"), "*.log").Order().ToList();
        Assert.Equal(2, segments.Count);
        File.Copy(segments[0], join.Volume.Combine(Path.GetFileName(segments[0])));
        var rows = join.WriteParquet("card_id, time, amount", ["(1, 100000000::BIGINT, 2.5)"]);

        var table = await join.ExportAsync(rows, [SomeViews.Everything]);
        Assert.Equal(15L, SomeJoin.Query($"SELECT * FROM '{table}'")[0]["card-activity.f0"]);
        Assert.Equal((15, 0), (join.Last!.Events, join.Last.Missing));

        File.Delete(segments[1]);
        await join.ExportAsync(rows, [SomeViews.Everything], "less.parquet");
        Assert.Equal((10, 5), (join.Last!.Events, join.Last.Missing));
    }

    private static FeatureEvent Payment(int card, int second, params IEnumerable<EventField> more)
    {
        var made = SomeEvents.Create(SomeViews.Payments, $"p{second}", second * SomeEvents.Second, [
            new EventField("amount", FieldValue.FromDecimal(second * 100, 2)), .. more]);
        return Arrive(made, (card, 0));
    }

    private static FeatureEvent Arrive(FeatureEvent one, (int Card, long Known) arrival) => new()
    {
        Source = one.Source,
        Id = one.Id,
        Time = one.Time,
        KnownTime = new Instant(one.Time.Microseconds + arrival.Known),
        Fields =
        [
            new EventField("card_id", FieldValue.FromInt64(arrival.Card)),
            .. one.Fields.Where(static field => field.Name != "card_id"),
        ],
    };

    private static long TimeOf(FeatureEvent[] events, int index, long after) => events.Length == 0
        ? 3600 * SomeEvents.Second
        : Math.Max(0, events[index % events.Length].KnownTime.Microseconds + after);

    // The reference has no missing amount; without one, the expression is its default.
    private static FeatureValue[] WithoutAmount(ViewDefinition definition, BruteForce reference, long time)
    {
        var values = reference.Read(time, 0);
        values[definition.Features.Count - 1] = FeatureValue.From(FeatureStatus.Missing, -2.0);
        return values;
    }

    private static long BitsOf(object? value) => value is double number ? FeatureValue.From(default, number).Bits : (long)value!;

    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private static T WaitFor<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
