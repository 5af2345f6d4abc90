using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Inference.Models;

/// <summary>Whose request it is, as far as callers share the turns at the model and the queue: a group of clients, which the router names.
/// Pinned requests, of whichever client, are a group of their own.</summary>
internal readonly record struct CallerGroup
{
    /// <summary>The number of groups.</summary>
    internal const int Count = GroupCounts.Groups + 2;

    private CallerGroup(int index) => Index = index;

    /// <summary>The group of requests for which no router names one.</summary>
    internal static CallerGroup Unknown { get; } = new(GroupCounts.Groups);

    /// <summary>The group of requests that name the version themselves.</summary>
    internal static CallerGroup Pinned { get; } = new(GroupCounts.Groups + 1);

    /// <summary>A number from 0, below <see cref="Count"/>.</summary>
    internal int Index { get; }

    internal bool IsPinned => Index == Pinned.Index;

    /// <summary>The group with a number from 0, as in the header.</summary>
    internal static CallerGroup Client(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, GroupCounts.Groups);
        return new(number);
    }

    /// <summary>Reads the group from a request's headers.</summary>
    internal static CallerGroup Read(IHeaderDictionary headers) =>
        headers[HeaderNames.ModelVariant] == VariantPlan.Pinned ? Pinned
        : NumberIn(headers) is { } number ? new(number)
        : Unknown;

    /// <summary>The number of the group of clients that the router names; null without one.</summary>
    internal static int? NumberIn(IHeaderDictionary headers) =>
        int.TryParse(headers[HeaderNames.ClientGroup], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number < GroupCounts.Groups
            ? number
            : null;
}
