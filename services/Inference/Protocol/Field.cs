namespace ModelServing.Inference.Protocol;

/// <summary>The place of a member in a request, as in <c>inputs[0].shape</c>. It becomes text only in a message.</summary>
/// <param name="List">The list with the member's object: <c>inputs</c> or <c>outputs</c>; null for a member of the body itself.</param>
/// <param name="Index">The index in the list.</param>
/// <param name="Member">The member; empty for the object itself.</param>
internal readonly record struct Field(string? List, int Index, string Member)
{
    /// <summary>A member of the body itself.</summary>
    internal static Field Body(string member) => new(null, 0, member);

    /// <summary>A member of this one.</summary>
    internal Field In(string member) => this with { Member = Member.Length == 0 ? member : $"{Member}.{member}" };

    internal RequestFaultException Fault(string message) => new(ToString(), message);

    public override string ToString() => List is null ? Member : Member.Length == 0 ? $"{List}[{Index}]" : $"{List}[{Index}].{Member}";
}
