using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Cache.Announcements;
using ModelServing.Contracts;
using ModelServing.Journal;
using ModelServing.Services.Tests.Cache;
using ModelServing.Services.Tests.Journal;
using ModelServing.Services.Tests.Router.Rollouts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Functions.Rollback;

/// <summary>Rollback over a socket, by the Fn contract.</summary>
public sealed class RollbackOverASocketTests() : RollbackTests(static () => new SocketCaller());
