using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Services.Tests.Sample.Simulation;

public class CardSimulatorTests
{
    private static readonly IReadOnlyList<Transaction> World = CardSimulator.Run(SampleDataset.Settings);

    [Fact]
    public void The_same_settings_give_the_same_transactions_on_every_machine()
    {
        // The sample's artifacts were trained on these transactions. After a change, train them again (services/Trainer).
        var numbers = World.SelectMany(t => (int[])[t.Id, t.Second, t.CustomerId, t.TerminalId, t.Cents, (int)t.Fraud]).ToArray();
        Assert.True(BitConverter.IsLittleEndian);
        Assert.Equal(
            "249331 dd5a820e9c6588c069585e251fe3bf2f3f7169f23bfd1dae9fc851321e71c764",
            $"{World.Count} {Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<int>(numbers)))}");
    }

    [Fact]
    public void Another_seed_gives_another_world()
    {
        var small = new SimulatorSettings { Customers = 20, Terminals = 40, Days = 10, Radius = 30 };
        Assert.Equal(CardSimulator.Run(small), CardSimulator.Run(small));
        Assert.NotEqual(CardSimulator.Run(small), CardSimulator.Run(small with { Seed = 1 }));
    }

    [Fact]
    public void Transactions_are_numbered_in_the_order_of_time_then_customer()
    {
        for (var i = 0; i < World.Count; i++)
        {
            Assert.Equal(i, World[i].Id);
            Assert.InRange(World[i].Day, 0, SampleDataset.Settings.Days - 1);
            if (i > 0)
                Assert.True((World[i - 1].Second, World[i - 1].CustomerId).CompareTo((World[i].Second, World[i].CustomerId)) <= 0, $"{i}");
        }
    }

    [Fact]
    public void Customers_pay_only_at_terminals_within_their_reach()
    {
        var population = Population.Draw(SampleDataset.Settings);
        foreach (var t in World)
        {
            var (home, terminal) = (population.Customers[t.CustomerId].Home, population.Terminals[t.TerminalId]);
            Assert.True(Math.Pow(home.X - terminal.X, 2) + Math.Pow(home.Y - terminal.Y, 2) < 25, $"transaction {t.Id}");
        }
    }

    [Fact]
    public void Customers_pay_as_often_as_their_habits_say()
    {
        // All except the 3.1% of payments that fall on another day: noon is 2.16 standard deviations from midnight.
        var expected = Population.Draw(SampleDataset.Settings).Customers
            .Where(c => c.Terminals.Count > 0)
            .Sum(c => c.TransactionsPerDay) * SampleDataset.Settings.Days * (1 - 0.031);
        Assert.InRange(World.Count, expected - 5 * Math.Sqrt(expected), expected + 5 * Math.Sqrt(expected));
    }

    [Fact]
    public void Each_scenario_causes_some_frauds_and_all_frauds_together_are_few()
    {
        var shares = Enum.GetValues<FraudScenario>().ToDictionary(s => s, s => (double)World.Count(t => t.Fraud == s) / World.Count);
        Assert.InRange(shares[FraudScenario.LargeAmount], 0.0001, 0.005);
        Assert.InRange(shares[FraudScenario.CompromisedTerminal], 0.005, 0.03);
        Assert.InRange(shares[FraudScenario.CompromisedCustomer], 0.001, 0.01);
        Assert.InRange(1 - shares[FraudScenario.None], 0.01, 0.04);
    }

    [Fact]
    public void Every_large_amount_is_a_fraud()
    {
        Assert.All(World.Where(t => t.Cents > 22_000), t => Assert.True(t.IsFraud));
        Assert.All(World.Where(t => t.Fraud == FraudScenario.LargeAmount), t => Assert.True(t.Cents > 22_000));
    }

    [Fact]
    public void While_a_terminal_is_compromised_everything_paid_there_is_a_fraud()
    {
        // Terminals are compromised for whole days.
        foreach (var day in World.GroupBy(t => (t.TerminalId, t.Day)).Where(d => d.Any(t => t.Fraud == FraudScenario.CompromisedTerminal)))
            Assert.All(day, t => Assert.True(t.IsFraud));
    }

    [Fact]
    public void A_thief_pays_five_times_the_amount_and_leaves_the_customers_other_payments_alone()
    {
        var honest = CardSimulator.Run(SampleDataset.Settings with { CompromisedCustomersPerDay = 0 });
        Assert.Equal(World.Count, honest.Count);
        foreach (var (with, without) in World.Zip(honest))
            Assert.Equal(without.Cents * (with.Fraud == FraudScenario.CompromisedCustomer ? 5 : 1), with.Cents);
    }
}
