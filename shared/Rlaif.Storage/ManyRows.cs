using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;

namespace Rlaif.Storage;

/// <summary>Inserts of many rows in few statements: to PostgreSQL each statement is a journey, and thirty rows travel as fast as two.</summary>
internal static partial class ManyRows
{
    /// <summary>Rows of one statement. SQLite takes 32766 parameters, PostgreSQL 65535; statements are cached by their text, so few sizes.</summary>
    private const int Most = 30;

    private static readonly ConcurrentDictionary<(Type Row, string Name), PropertyInfo> Properties = new();

    /// <param name="sql">An insert of one row, <c>values (@Name, ...)</c> naming properties of <typeparamref name="T"/> and nothing else;
    /// what follows the values holds for all rows.</param>
    /// <returns>How many were inserted.</returns>
    public static async Task<int> InsertAll<T>(this DbConnection connection, string sql, IReadOnlyList<T> rows, DbTransaction transaction)
        where T : notnull
    {
        var inserted = 0;
        for (var from = 0; from < rows.Count; from += Most)
        {
            var (text, values) = Together(sql, rows, from);
            inserted += await connection.ExecuteAsync(text, values, transaction);
        }

        return inserted;
    }

    /// <summary>The same for an insert that ends in <c>on conflict (id) do nothing returning id</c>.</summary>
    /// <returns>Ids of the rows that were not there before.</returns>
    public static async Task<HashSet<Guid>> InsertNew<T>(this DbConnection connection, string sql, IReadOnlyList<T> rows, DbTransaction transaction)
        where T : notnull
    {
        var inserted = new HashSet<Guid>();
        for (var from = 0; from < rows.Count; from += Most)
        {
            var (text, values) = Together(sql, rows, from);
            inserted.UnionWith(await connection.QueryAsync<Guid>(text, values, transaction));
        }

        return inserted;
    }

    /// <summary>One statement for each id, all of them in one journey and in the order of the ids: whoever else changes the same rows in this
    /// order waits, and two never wait for each other.</summary>
    /// <param name="sql">What is done to the row <c>@id</c>.</param>
    public static Task ExecuteEach(this DbConnection connection, string sql, IReadOnlyList<Guid> ids, object others, DbTransaction transaction)
    {
        var values = new DynamicParameters(others);
        var statements = ids.Order().Select((id, i) =>
        {
            values.Add(Numbered("id", i), id);
            return sql.Replace("@id", '@' + Numbered("id", i), StringComparison.Ordinal);
        }).ToList();
        return statements.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(string.Join(";\n", statements), values, transaction);
    }

    /// <summary>A list for <c>in</c>: one parameter for each value, for Dapper hands arrays to PostgreSQL, where <c>in</c> takes none.</summary>
    /// <returns>The list as SQL, with its parentheses.</returns>
    public static string List<T>(this DynamicParameters parameters, string name, IReadOnlyList<T> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            parameters.Add(Numbered(name, i), values[i]);
        }

        return values.Count == 0 ? "(null)" : $"({string.Join(", ", values.Select((_, i) => '@' + Numbered(name, i)))})";
    }

    private static (string Sql, DynamicParameters Values) Together<T>(string sql, IReadOnlyList<T> rows, int from)
        where T : notnull
    {
        var values = new DynamicParameters();
        var one = ValuesGroup().Match(sql).Groups["group"];
        var groups = Enumerable.Range(0, Math.Min(Most, rows.Count - from)).Select(i => Name().Replace(one.Value, name =>
        {
            var numbered = Numbered(name.Groups["name"].Value, i);
            var property = Properties.GetOrAdd((typeof(T), name.Groups["name"].Value), key => key.Row.GetProperty(key.Name)!);
            values.Add(numbered, property.GetValue(rows[from + i]));
            return '@' + numbered;
        }));
        return (sql[..one.Index] + string.Join(", ", groups) + sql[(one.Index + one.Length)..], values);
    }

    // The underscore: a property may end in a digit.
    private static string Numbered(string name, int i) => string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");

    [GeneratedRegex(@"\bvalues\s*(?<group>\([^)]*\))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValuesGroup();

    [GeneratedRegex("@(?<name>[A-Za-z0-9]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
