using System.Data.Common;
using System.Globalization;

namespace Rlaif.Testing;

/// <summary>All rows of a database as sorted lines: two databases hold the same facts when their dumps are equal.</summary>
internal static class TableDump
{
    /// <param name="hides">Columns that do not count, by name; null: all count.</param>
    public static async Task<string> Of(DbConnection connection, Func<string, bool>? hides = null)
    {
        var lines = new List<string>();
        var tables = connection.GetType().Name.StartsWith("Sqlite", StringComparison.Ordinal)
            ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            : "select table_name from information_schema.tables where table_schema = 'public'";
        foreach (var table in await Read(connection, tables, row => row.GetString(0)))
        {
            lines.AddRange(await Read(connection, $"select * from \"{table}\"", row => $"{table}: {Line(row, hides)}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    private static string Line(DbDataReader row, Func<string, bool>? hides) => string.Join(
        " | ",
        Enumerable.Range(0, row.FieldCount).Where(i => hides?.Invoke(row.GetName(i)) != true)
            .Select(i => $"{row.GetName(i)}={Convert.ToString(row.GetValue(i), CultureInfo.InvariantCulture)}"));

    private static async Task<IReadOnlyList<T>> Read<T>(DbConnection connection, string sql, Func<DbDataReader, T> read)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
