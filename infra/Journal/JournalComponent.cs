using ModelServing.Contracts;
using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Nosql;
using Pulumi.Oci.Nosql.Inputs;

namespace ModelServing.Infra.Journal;

/// <summary>
/// The table of the journal: the durable record of rollout events. It has no time to live, for a condemned version stays condemned
/// until a person resets it. NoSQL encrypts every table at rest with Oracle's own key.
/// </summary>
public sealed class JournalComponent : ComponentResource
{
    /// <summary>The table's columns and key. One shard per model, so that a model's events are read in order in one go.</summary>
    public const string Columns = "(model STRING, seq LONG, event JSON, PRIMARY KEY(SHARD(model), seq))";

    /// <summary>Makes the table.</summary>
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public JournalComponent(string name, JournalArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Journal", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<JournalArgs>().CheckedSizes();
        var tableName = TableNameOf(args.Names);
        var table = new Table(name, new TableArgs
        {
            CompartmentId = args.CompartmentId,
            Name = tableName,
            DdlStatement = $"CREATE TABLE IF NOT EXISTS {tableName} {Columns}",
            TableLimits = new TableTableLimitsArgs
            {
                CapacityMode = "PROVISIONED",
                MaxReadUnits = args.ReadUnits,
                MaxWriteUnits = args.WriteUnits,
                MaxStorageInGbs = args.StorageGbs,
            },
            FreeformTags = args.Names.Tags("journal"),
        }, Protection.Options(this, args.DataProtection));

        TableId = table.Id;
        TableName = table.Name;
        Location = Output.Tuple(args.CompartmentId.ToOutput(), table.Name).Apply(static where => HostSources.Nosql(where.Item1, where.Item2));
        RegisterOutputs(new Dictionary<string, object?> { ["tableId"] = TableId, ["tableName"] = TableName });
    }

    /// <summary>The OCID of the table.</summary>
    public Output<string> TableId { get; }

    /// <summary>The name of the table.</summary>
    public Output<string> TableName { get; }

    /// <summary>Where a program finds it: <see cref="RouterSettings.Journal"/>.</summary>
    public Output<string> Location { get; }

    /// <summary>The name that the table of an environment has.</summary>
    public static string TableNameOf(EnvironmentNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.OfTable("journal");
    }
}
