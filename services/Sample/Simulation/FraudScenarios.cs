namespace ModelServing.Sample.Simulation;

/// <summary>
/// The handbook's three scenarios, applied in its order. If two apply to a transaction, the later one is recorded. Compromised terminals
/// and customers are drawn for each day, from the day's own random stream.
/// </summary>
internal static class FraudScenarios
{
    /// <summary>Marks frauds, and raises the amounts of a thief's payments.</summary>
    internal static void Apply(SimulatorSettings settings, Transaction[] transactions)
    {
        MarkLargeAmounts(settings, transactions);
        MarkCompromisedTerminals(settings, transactions);
        MarkCompromisedCustomers(settings, transactions);
    }

    private static void MarkLargeAmounts(SimulatorSettings settings, Transaction[] transactions)
    {
        foreach (ref var transaction in transactions.AsSpan())
        {
            if (transaction.Cents > settings.LargeAmountCents)
                transaction = transaction with { Fraud = FraudScenario.LargeAmount };
        }
    }

    private static void MarkCompromisedTerminals(SimulatorSettings settings, Transaction[] transactions)
    {
        var byTerminal = IndexesBy(transactions, settings.Terminals, static t => t.TerminalId);
        for (var day = 0; day < settings.Days; day++)
        {
            var random = new RandomStream(settings.Seed, RandomPurpose.CompromisedTerminals, day);
            foreach (var terminal in Draw(random, settings.CompromisedTerminalsPerDay, settings.Terminals))
            {
                foreach (var index in During(day, settings.CompromisedTerminalDays, byTerminal[terminal], transactions))
                    transactions[index] = transactions[index] with { Fraud = FraudScenario.CompromisedTerminal };
            }
        }
    }

    private static void MarkCompromisedCustomers(SimulatorSettings settings, Transaction[] transactions)
    {
        var byCustomer = IndexesBy(transactions, settings.Customers, static t => t.CustomerId);
        for (var day = 0; day < settings.Days; day++)
        {
            var random = new RandomStream(settings.Seed, RandomPurpose.CompromisedCustomers, day);
            foreach (var customer in Draw(random, settings.CompromisedCustomersPerDay, settings.Customers))
            {
                var payments = During(day, settings.CompromisedCustomerDays, byCustomer[customer], transactions);
                foreach (var position in Draw(random, payments.Count / settings.CompromisedTransactionsOneIn, payments.Count))
                {
                    ref var payment = ref transactions[payments[position]];
                    // A customer may be drawn again while still compromised. There is still one thief, so the amount is raised only once.
                    if (payment.Fraud == FraudScenario.CompromisedCustomer)
                        continue;
                    payment = payment with
                    {
                        Cents = payment.Cents * settings.CompromisedAmountFactor,
                        Fraud = FraudScenario.CompromisedCustomer,
                    };
                }
            }
        }
    }

    private static List<int>[] IndexesBy(Transaction[] transactions, int keys, Func<Transaction, int> key)
    {
        var indexes = new List<int>[keys];
        for (var i = 0; i < keys; i++)
            indexes[i] = [];
        for (var i = 0; i < transactions.Length; i++)
            indexes[key(transactions[i])].Add(i);
        return indexes;
    }

    private static List<int> During(int day, int days, List<int> indexes, Transaction[] transactions) =>
        indexes.FindAll(index => transactions[index].Day >= day && transactions[index].Day < day + days);

    /// <summary>Draws <paramref name="count"/> different numbers from 0 to <paramref name="total"/> - 1, as the beginning of a Fisher-Yates
    /// shuffle.</summary>
    private static int[] Draw(RandomStream random, int count, int total)
    {
        var numbers = Enumerable.Range(0, total).ToArray();
        for (var i = 0; i < count; i++)
        {
            var j = i + random.NextIndex(total - i);
            (numbers[i], numbers[j]) = (numbers[j], numbers[i]);
        }

        return numbers[..count];
    }
}
