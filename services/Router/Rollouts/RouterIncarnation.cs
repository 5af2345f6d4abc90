using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Contracts;
using ModelServing.Rollout.Guard;
using ModelServing.Router.Rollouts.Watching;
using ModelServing.Router.Routing;

namespace ModelServing.Router.Rollouts;

/// <summary>This run of the router: others tell it from those before it and beside it.</summary>
internal sealed class RouterIncarnation
{
    internal Guid Id { get; } = Guid.NewGuid();

    /// <summary>The host's name and a part of the identifier.</summary>
    internal string Name => $"{Environment.MachineName}-{Id.ToString("N")[..8]}";
}
