using System.Text;
using System.Text.Json;
using ModelServing.FeatureServer.Events;
using ModelServing.Features;
using ModelServing.Features.Engine;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;
using ModelServing.TestKit.Sample;

namespace ModelServing.Services.Tests.Sample;

public class SampleEventsTests
{
    private const int Day = Transaction.SecondsPerDay;

    private static readonly Transaction Payment = new(17, (3 * Day) + 5, 4, 9, 1200, FraudScenario.None);

    [Fact]
    public void Each_line_is_an_event_that_the_feature_server_and_the_views_accept()
    {
        using var stream = new MemoryStream();
        SampleEvents.WriteEvents(stream, SampleEvents.From([Payment, Payment with { Id = 18, Fraud = FraudScenario.LargeAmount }]));
        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal(
            """{"source":"payments","id":"17","time":"2018-04-04T00:00:05Z","knownTime":"2018-04-04T00:00:06Z","fields":{"card_id":4,"terminal_id":9,"amount":12.00}}""",
            lines[0]);
        Assert.Equal(
            """{"source":"frauds","id":"18","time":"2018-04-04T00:00:05Z","knownTime":"2018-04-11T00:00:05Z","fields":{"card_id":4,"terminal_id":9}}""",
            lines[2]);
        Assert.Equal("", lines[3]);

        var engines = SampleFeatures.Views.Select(static view => new FeatureEngine(SampleReplay.Definition(view))).ToList();
        foreach (var line in lines[..3])
        {
            var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(line));
            json.Read();
            var read = new EventJson(0, Instant.From(DateTimeOffset.UnixEpoch), new Instant(Instant.MaxMicroseconds)).Read(ref json);
            Assert.All(engines, engine => Assert.Null(engine.FindFault(read)));
        }
    }

    [Fact]
    public void Events_come_in_the_order_in_which_they_become_known()
    {
        var world = CardSimulator.Run(new SimulatorSettings { Customers = 20, Terminals = 30, Days = 30, Radius = 30 });
        var events = SampleEvents.From(world);
        Assert.Equal(world.Count + world.Count(static one => one.IsFraud), events.Count);
        Assert.Equal(events.Select(static one => one.KnownTime).Order(), events.Select(static one => one.KnownTime));
        Assert.All(events, static one => Assert.True(one.KnownTime > one.Time));
    }

    [Fact]
    public void Rows_are_CSV_with_the_entities_the_time_and_the_label()
    {
        using var writer = new StringWriter();
        SampleEvents.WriteRows(writer, [Payment with { Fraud = FraudScenario.LargeAmount }]);
        Assert.Equal(
            "transaction_id,card_id,terminal_id,amount,time,is_fraud\n17,4,9,12.00,2018-04-04T00:00:05Z,true\n", writer.ToString());
    }

    [Fact]
    public void A_payment_counts_for_later_payments_of_its_card_and_not_for_itself()
    {
        var rows = Replay(Payment, Payment with { Id = 18, Second = Payment.Second + 60, Cents = 3000 });
        // The amount, then 1 because it is night, then 0 because it is a Wednesday.
        Assert.Equal([12, 1, 0, 0, 0, 0, 0, 0, 0], rows[0].Features[..9].ToArray());
        Assert.Equal([30, 1, 0, 1, 1, 1, 12, 12, 12], rows[1].Features[..9].ToArray());
    }

    [Fact]
    public void A_fraud_counts_for_its_terminal_seven_days_later()
    {
        var fraud = Payment with { Fraud = FraudScenario.CompromisedTerminal };
        var rows = Replay(
            fraud,
            Payment with { Id = 18, Second = fraud.Second + (6 * Day) },
            Payment with { Id = 19, Second = fraud.Second + (8 * Day) });
        Assert.Equal([0, 0, 0, 0, 0, 0], rows[1].Features[9..].ToArray());
        Assert.Equal([1, 1, 1, 1, 1, 1], rows[2].Features[9..].ToArray());
    }

    private static IReadOnlyList<SampleRow> Replay(params Transaction[] rows) => SampleReplay.Rows(SampleEvents.From(rows), rows);
}
