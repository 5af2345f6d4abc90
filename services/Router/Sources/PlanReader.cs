using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.Router.Sources;

/// <summary>
/// Reads one plan after another. A model whose text did not change keeps its object, which routing tables compare. If only models that
/// follow one another changed, the rest of the text is not parsed again.
/// </summary>
/// <remarks>
/// <code>
/// last plan    ...outside... "a": {..}, "b": {..}, "c": {..} ...outside...
/// next plan    ...outside... "a": {..}, "b": {!!}, "c": {..} ...outside...
///              ------ common start -------      --- common end ----------
/// </code>
/// If what differs is within whole members of <c>rollouts</c>, and the new text of these is a list of members, the rest is as valid as it
/// was before.
/// </remarks>
internal sealed class PlanReader
{
    private const int Block = 4096;

    private byte[] text = [];
    private PlanDocument? plan;
    private List<Member> members = [];

    /// <summary>Reads the next plan.</summary>
    /// <returns>The plan, and the models that are new, gone, or have another text than before.</returns>
    /// <exception cref="ContractException">It is not a plan. The next one is compared with the last good one.</exception>
    internal (PlanDocument Plan, IReadOnlyList<ModelName> Changed) Read(byte[] next)
    {
        if (next.AsSpan().SequenceEqual(text) && plan is not null)
            return (plan, []);
        return ReadPart(next) ?? ReadWhole(next);
    }

    private (PlanDocument, IReadOnlyList<ModelName>)? ReadPart(byte[] next)
    {
        if (plan is null || next.Length > PlanDocument.MaxBytes)
            return null;
        var start = text.AsSpan().CommonPrefixLength(next);
        var end = text.Length - CommonEnd(text.AsSpan(start), next.AsSpan(start));
        var first = members.FindLastIndex(member => member.Start <= start);
        var last = members.FindIndex(member => member.End >= end);
        if (first < 0 || last < first)
            return null;
        var moved = next.Length - text.Length;
        var slice = next.AsSpan(members[first].Start, members[last].End + moved - members[first].Start);
        byte[] alone = [.. "{\"schema\":1,\"rollouts\":{"u8, .. slice, .. "}}"u8];
        var before = members.GetRange(first, last - first + 1);
        try
        {
            var part = PlanDocument.Parse(alone);
            var own = MembersOf(alone);
            // Without a member, the commas around it would be wrong.
            if (own.Count == 0)
                return null;
            var changed = KeepSame(part, alone, own, before);
            var rollouts = new SortedDictionary<ModelName, RolloutPlan>(plan.Rollouts);
            foreach (var member in before)
                rollouts.Remove(member.Name);
            foreach (var (name, rollout) in part.Rollouts)
            {
                if (!rollouts.TryAdd(name, rollout))
                    return null;
            }

            var shift = members[first].Start - "{\"schema\":1,\"rollouts\":{"u8.Length;
            var after = members.Skip(last + 1).Select(member => member.Moved(moved)).ToList();
            members.RemoveRange(first, members.Count - first);
            members.AddRange(own.Select(member => member.Moved(shift)));
            members.AddRange(after);
            (text, plan) = (next, plan with { Rollouts = rollouts });
            return (plan, changed);
        }
        catch (ContractException)
        {
            // The message must name the place in the whole text.
            return null;
        }
    }

    private (PlanDocument, IReadOnlyList<ModelName>) ReadWhole(byte[] next)
    {
        var read = PlanDocument.Parse(next);
        var all = MembersOf(next);
        var changed = KeepSame(read, next, all, members);
        (text, plan, members) = (next, read, all);
        return (read, changed);
    }

    // Gives the models of the last plan whose text is the same their objects, and returns the others, in order.
    private List<ModelName> KeepSame(PlanDocument read, byte[] utf8, List<Member> own, List<Member> former)
    {
        var before = former.ToDictionary(static member => member.Name);
        var changed = before.Keys.Except(read.Rollouts.Keys).ToList();
        foreach (var member in own)
        {
            if (before.TryGetValue(member.Name, out var known) && known.In(text).SequenceEqual(member.In(utf8)))
                read.Rollouts[member.Name] = plan!.Rollouts[member.Name];
            else
                changed.Add(member.Name);
        }

        changed.Sort();
        return changed;
    }

    private static int CommonEnd(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var length = Math.Min(one.Length, other.Length);
        var count = 0;
        while (count + Block <= length && one[^(count + Block)..^count].SequenceEqual(other[^(count + Block)..^count]))
            count += Block;
        while (count < length && one[^(count + 1)] == other[^(count + 1)])
            count++;
        return count;
    }

    // The members of "rollouts", in the order of a text that is a plan.
    private static List<Member> MembersOf(ReadOnlySpan<byte> utf8)
    {
        var found = new List<Member>();
        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
        {
            if (reader is not { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName })
                continue;
            var isRollouts = reader.ValueTextEquals("rollouts"u8);
            reader.Read();
            if (!isRollouts)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (start, name) = ((int)reader.TokenStartIndex, ModelName.Parse(reader.GetString()!));
                reader.Read();
                reader.Skip();
                found.Add(new Member(name, start, (int)reader.BytesConsumed));
            }
        }

        return found;
    }

    /// <summary>A member of <c>rollouts</c>: from the first quote of its name to the end of its value.</summary>
    private readonly record struct Member(ModelName Name, int Start, int End)
    {
        internal ReadOnlySpan<byte> In(byte[] text) => text.AsSpan(Start, End - Start);

        internal Member Moved(int by) => this with { Start = Start + by, End = End + by };
    }
}
