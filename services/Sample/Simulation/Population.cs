namespace ModelServing.Sample.Simulation;

/// <summary>The customers and terminals of a world. They are drawn once, before the first day.</summary>
public sealed class Population
{
    private Population(IReadOnlyList<Customer> customers, IReadOnlyList<Town> terminals)
    {
        Customers = customers;
        Terminals = terminals;
    }

    /// <summary>The customers. A customer's number is its index in this list.</summary>
    public IReadOnlyList<Customer> Customers { get; }

    /// <summary>The terminals' locations. A terminal's number is its index in this list.</summary>
    public IReadOnlyList<Town> Terminals { get; }

    /// <summary>Draws the population of a world.</summary>
    public static Population Draw(SimulatorSettings settings)
    {
        var terminals = new Town[settings.Terminals];
        for (var id = 0; id < terminals.Length; id++)
            terminals[id] = Town.Draw(new RandomStream(settings.Seed, RandomPurpose.Terminal, id));

        var customers = new Customer[settings.Customers];
        for (var id = 0; id < customers.Length; id++)
        {
            var random = new RandomStream(settings.Seed, RandomPurpose.Customer, id);
            var home = Town.Draw(random);
            var meanAmount = random.NextUniform(5, 100);
            var perDay = random.NextUniform(0, 4);
            var reachable = new List<int>();
            for (var terminal = 0; terminal < terminals.Length; terminal++)
            {
                if (home.IsWithin(settings.Radius, terminals[terminal]))
                    reachable.Add(terminal);
            }

            customers[id] = new Customer(id, home, meanAmount, meanAmount / 2, perDay, reachable);
        }

        return new Population(customers, terminals);
    }
}
