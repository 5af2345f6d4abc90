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

/// <summary>Rollback by plain HTTP.</summary>
public sealed class RollbackByHttpTests() : RollbackTests(static () => new PlainCaller(FunctionName.Rollback));
