namespace ModelServing.Sample.Simulation;

/// <summary>
/// The handbook's three scenarios, applied in its order: where two meet, the later one's number stands. Compromised terminals and
/// customers are drawn anew for each day, with a random stream of that day's own.
/// </summary>
internal static class FraudScenarios
{
    /// <summary>Marks frauds, and raises the amounts of those that a thief makes.</summary>
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
        var ofTerminal = IndexesBy(transactions, settings.Terminals, static t => t.TerminalId);
        for (var day = 0; day < settings.Days; day++)
        {
            var random = new RandomStream(settings.Seed, RandomPurpose.CompromisedTerminals, day);
            foreach (var terminal in Draw(random, settings.CompromisedTerminalsPerDay, settings.Terminals))
            {
                foreach (var index in During(day, settings.CompromisedTerminalDays, ofTerminal[terminal], transactions))
                    transactions[index] = transactions[index] with { Fraud = FraudScenario.CompromisedTerminal };
            }
        }
    }

    private static void MarkCompromisedCustomers(SimulatorSettings settings, Transaction[] transactions)
    {
        var ofCustomer = IndexesBy(transactions, settings.Customers, static t => t.CustomerId);
        for (var day = 0; day < settings.Days; day++)
        {
            var random = new RandomStream(settings.Seed, RandomPurpose.CompromisedCustomers, day);
            foreach (var customer in Draw(random, settings.CompromisedCustomersPerDay, settings.Customers))
            {
                var payments = During(day, settings.CompromisedCustomerDays, ofCustomer[customer], transactions);
                foreach (var place in Draw(random, payments.Count / settings.CompromisedTransactionsOneIn, payments.Count))
                {
                    ref var payment = ref transactions[payments[place]];
                    // Drawn as compromised twice at a time, a customer still has one thief: the amount is raised once.
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

    /// <summary><paramref name="count"/> different ones of 0 .. <paramref name="of"/> - 1: the beginning of a Fisher-Yates shuffle.</summary>
    private static int[] Draw(RandomStream random, int count, int of)
    {
        var places = Enumerable.Range(0, of).ToArray();
        for (var i = 0; i < count; i++)
        {
            var j = i + random.NextIndex(of - i);
            (places[i], places[j]) = (places[j], places[i]);
        }

        return places[..count];
    }
}
