using System.Collections.Concurrent;
using System.Diagnostics;
using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;
using ModelServing.Services.Tests.Journal;
using StackExchange.Redis;

namespace ModelServing.Services.Tests.Cache;

/// <summary>What routers tell each other, over Garnet in this process.</summary>
public sealed class GarnetCacheTests() : CacheTests(TestedGarnet.StartAsync);
