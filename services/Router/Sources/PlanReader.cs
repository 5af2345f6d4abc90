using System.Runtime.InteropServices;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Router.Rollouts.Board;

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
    private static readonly byte[] Opening = [.. "{\"schema\":1,\"rollouts\":{"u8];

    private readonly PlanText text = new();
    private readonly KnownBlocks known = new();
    private PlanDocument? plan;

    // In the order of the text.
    private List<Member> members = [];

    /// <summary>Reads the next plan, as text or compressed (<see cref="PlanBlocks"/>). The bytes may be reused afterwards.</summary>
    /// <exception cref="ContractException">It is not a plan. The next one is compared with the last good one.</exception>
    internal PlanUpdate Read(ReadOnlySpan<byte> next)
    {
        if (!PlanBlocks.IsGzip(next))
        {
            var update = ReadText(next, 0, 0);
            known.Forget();
            return update;
        }

        var blocks = PlanBlocks.In(next) ?? [];
        var (start, end, middle) = known.Differing(next, blocks);
        var read = ReadText(middle.Span, start, end);
        known.Become(next, blocks);
        return read;
    }

    // Of the text, start bytes at the start and end bytes at the end are those of the last one.
    private PlanUpdate ReadText(ReadOnlySpan<byte> middle, int start, int end)
    {
        if (plan is null)
            return ReadWhole(middle);
        var (first, last) = text.EqualTo(middle, start, end);
        var rest = middle[first..^last];
        if (rest.IsEmpty && start + first + last + end == text.Length)
            return new PlanUpdate(plan, plan, []);
        return ReadPart(rest, start + first, end + last)
            ?? ReadWhole(start + end == 0 ? middle : text.With(middle, start, end));
    }

    private PlanUpdate? ReadPart(ReadOnlySpan<byte> middle, int start, int end)
    {
        var moved = start + middle.Length + end - text.Length;
        if (text.Length + moved > PlanDocument.MaxBytes)
            return null;
        // The last member that begins in the common start, and the first one that ends in the common end.
        var first = Below(members.Count, i => members[i].Start <= start) - 1;
        var last = Below(members.Count, i => members[i].End < text.Length - end);
        if (first < 0 || last >= members.Count || last < first)
            return null;
        byte[] alone =
        [
            .. Opening,
            .. text.Span[members[first].Start..start], .. middle, .. text.Span[(text.Length - end)..members[last].End],
            .. "}}"u8,
        ];
        var before = members.GetRange(first, last - first + 1);
        try
        {
            var part = PlanDocument.Parse(alone);
            var own = MembersOf(alone);
            // Without a member, the commas around it would be wrong.
            if (own.Count == 0)
                return null;
            var changed = KeepSame(part, alone, own, before);
            var rollouts = new RolloutDictionary(plan!.Rollouts);
            foreach (var member in before)
                rollouts.Remove(member.Name);
            foreach (var (name, rollout) in part.Rollouts)
            {
                if (!rollouts.TryAdd(name, rollout))
                    return null;
            }

            var shift = members[first].Start - Opening.Length;
            Replace(first, [.. own.Select(member => member.Moved(shift))], before.Count, moved);
            text.Become(middle, start, end);
            return Become(plan with { Rollouts = rollouts }, changed);
        }
        catch (ContractException)
        {
            // The message must name the place in the whole text.
            return null;
        }
    }

    private PlanUpdate ReadWhole(ReadOnlySpan<byte> next)
    {
        var read = PlanDocument.Parse(next);
        var all = MembersOf(next);
        var changed = KeepSame(read, next, all, members);
        members = all;
        text.Become(next, 0, 0);
        return Become(read, changed);
    }

    private PlanUpdate Become(PlanDocument read, List<ModelName> changed)
    {
        var update = new PlanUpdate(read, plan, changed);
        plan = read;
        return update;
    }

    // Replaces members, and moves those behind them.
    private void Replace(int first, List<Member> own, int count, int moved)
    {
        var common = Math.Min(own.Count, count);
        CollectionsMarshal.AsSpan(own)[..common].CopyTo(CollectionsMarshal.AsSpan(members)[first..]);
        members.RemoveRange(first + common, count - common);
        members.InsertRange(first + common, own.Skip(common));
        if (moved == 0)
            return;
        foreach (ref var member in CollectionsMarshal.AsSpan(members)[(first + own.Count)..])
            member = member.Moved(moved);
    }

    // Gives the models of the last plan whose text is the same their objects, and returns the others, in order.
    private List<ModelName> KeepSame(PlanDocument read, ReadOnlySpan<byte> utf8, List<Member> own, List<Member> former)
    {
        var before = former.ToDictionary(static member => member.Name);
        var changed = before.Keys.Where(name => !read.Rollouts.ContainsKey(name)).ToList();
        foreach (var member in own)
        {
            if (before.TryGetValue(member.Name, out var known) && known.In(text.Span).SequenceEqual(member.In(utf8)))
                read.Rollouts[member.Name] = plan!.Rollouts[member.Name];
            else
                changed.Add(member.Name);
        }

        changed.Sort();
        return changed;
    }

    // A binary search. The condition holds for the first items and for none after them; returns how many those are.
    private static int Below(int count, Func<int, bool> holds)
    {
        var (low, high) = (0, count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = holds(middle) ? (middle + 1, high) : (low, middle);
        }

        return low;
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
        internal ReadOnlySpan<byte> In(ReadOnlySpan<byte> text) => text[Start..End];

        internal Member Moved(int by) => this with { Start = Start + by, End = End + by };
    }
}
