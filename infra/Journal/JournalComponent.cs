using ModelServing.Contracts;
using ModelServing.Infra.Naming;
using Pulumi;
using Pulumi.Oci.Nosql;
using Pulumi.Oci.Nosql.Inputs;

namespace ModelServing.Infra.Journal;

/// <summary>
/// The table of the journal, the durable record of rollout events. It has no time to live, because a condemned version stays condemned
/// until a person resets it. NoSQL encrypts every table at rest with Oracle's own key.
/// </summary>
public sealed class JournalComponent : ComponentResource
{
    /// <summary>The table's columns and key. Each model has one shard, so one query reads its events in order.</summary>
    public const string Columns = "(model STRING, seq LONG, event JSON, PRIMARY KEY(SHARD(model), seq))";

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
        Location = Output
            .Tuple(args.CompartmentId.ToOutput(), table.Name)
            .Apply(static table => HostSources.Nosql(table.Item1, table.Item2));
        RegisterOutputs(new Dictionary<string, object?> { ["tableId"] = TableId, ["tableName"] = TableName });
    }

    public Output<string> TableId { get; }

    public Output<string> TableName { get; }

    /// <summary>The table's location in the settings of programs: <see cref="RouterSettings.Journal"/>.</summary>
    public Output<string> Location { get; }

    /// <summary>The name of an environment's table.</summary>
    public static string TableNameOf(EnvironmentNames names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return names.TableNameOf("journal");
    }
}
