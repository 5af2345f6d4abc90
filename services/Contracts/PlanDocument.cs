namespace ModelServing.Contracts;

/// <summary>
/// All rollouts of an environment, as the routers read them. It contains no counter, time or address, so equal configuration gives equal
/// bytes.
/// </summary>
public sealed record PlanDocument
{
    /// <summary>The only schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The number of buckets for routing keys; the weights of a rollout's variants add up to it.</summary>
    public const int Buckets = 10_000;

    /// <summary>The largest document that is read, in bytes: about 34,000 models with a canary each. In a cluster, it must also fit into
    /// its ConfigMap (<see cref="PlanObject"/>).</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    public required int Schema { get; init; }

    /// <summary>The rollout of each model, ordered by model.</summary>
    public required RolloutDictionary Rollouts { get; init; }

    /// <summary>The document as UTF-8 JSON, indented so that a changed weight is a changed line, with one newline at its end.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.PlanDocument);

    /// <exception cref="ContractException">It is not JSON, has an unknown schema or member, or breaks a rule of a plan; the
    /// message says where.</exception>
    public static PlanDocument Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the plan has {utf8.Length} bytes; at most {MaxBytes} are read");
        ContractsJson.RequireSchema(utf8, CurrentSchema, "plan");
        var plan = ContractsJson.Read(utf8, ContractsJson.Default.PlanDocument, "plan");
        foreach (var (model, rollout) in plan.Rollouts)
        {
            // The annotations of a map's values and a list's items are invisible to the reader.
            if (rollout is null)
                throw new ContractException($"rollouts.{model} is null");
            rollout.Check($"rollouts.{model}");
        }

        return plan;
    }
}
